"""How a spec's network is fitted."""

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from fitserve_core.spec.augmentation import Augmentation
from fitserve_core.spec.base import SpecModel
from fitserve_core.spec.full_batch import NOT_TAKEN, check_taken, is_full_batch
from fitserve_core.spec.optimizers import Optimizer, Sgd
from fitserve_core.spec.schedules import ConstantRate, Schedule

LearningRate = Annotated[float, Field(gt=0, le=1_000)]
LearningRates = Annotated[list[LearningRate], Field(min_length=1, max_length=100)]
BatchSize = Annotated[int, Field(ge=1, le=60_000)]


class EarlyStopping(SpecModel):
    """Stop when a validation figure gets no better, and keep the weights of the best epoch."""

    monitor: Literal["val_loss", "val_accuracy"] = Field(
        default="val_loss", description="The figure that is watched."
    )
    patience: int = Field(
        ge=1, le=100_000, description="Epochs without a better figure after which it stops."
    )


class Pretraining(SpecModel):
    """Unsupervised pre-training of the hidden layers, one after the other, as autoencoders."""

    epochs: int = Field(ge=1, le=10_000, description="Of each layer's autoencoder.")
    learning_rate: LearningRate | None = Field(
        default=None, description="The cell's own where it is left out."
    )


class Training(SpecModel):
    """How the network is fitted."""

    optimizer: Optimizer = Field(
        default=Sgd(name="sgd"), description="An optimizer's name, or an object with its knobs."
    )
    learning_rates: LearningRates | None = Field(
        default=[0.01], description="One cell each; null with lbfgs, which is one cell."
    )
    schedule: Schedule | None = Field(
        default=ConstantRate(name="constant"),
        description="How each learning rate changes from step to step: a name, or an object; null "
        "with lbfgs.",
    )
    batch_size: BatchSize | None = Field(
        default=8, description="Rows of a mini-batch; null with lbfgs."
    )
    epochs: int = Field(
        default=10,
        ge=1,
        le=100_000,
        description="Passes over the training rows; with lbfgs, its iterations at most.",
    )
    early_stopping: EarlyStopping | None = Field(
        default=None, description="Needs validation rows; `epochs` are then the most."
    )
    augmentation: Augmentation = Field(
        default=Augmentation(), description="Of the training images, step by step."
    )
    pretraining: Pretraining | None = Field(
        default=None, description="Before the supervised epochs, which then fine-tune."
    )

    @model_validator(mode="before")
    @classmethod
    def _without_defaults_of_mini_batches(cls, given: Any) -> Any:
        if isinstance(given, dict) and is_full_batch(given.get("optimizer")):
            return {**dict.fromkeys(NOT_TAKEN), **given}
        return given

    @field_validator(*NOT_TAKEN)
    @classmethod
    def _is_taken(cls, value: Any, info: ValidationInfo) -> Any:
        if "optimizer" in info.data:
            check_taken(info.data["optimizer"], str(info.field_name), value)
        return value

    @model_validator(mode="after")
    def _learning_rates_differ(self) -> "Training":
        rates = self.learning_rates or []
        if len(set(rates)) < len(rates):
            raise ValueError(f"learning_rates must differ from each other; received {rates}")
        return self

    @property
    def cell_rates(self) -> list[float] | list[None]:
        """The learning rate of each cell; the one cell of lbfgs has none."""
        return self.learning_rates or [None]
