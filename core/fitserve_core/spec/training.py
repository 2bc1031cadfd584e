"""How a spec's network is fitted."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fitserve_core.spec.base import SpecModel
from fitserve_core.spec.optimizers import Optimizer, Sgd
from fitserve_core.spec.schedules import ConstantRate, Schedule

LearningRate = Annotated[float, Field(gt=0, le=1_000)]


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
    learning_rates: list[LearningRate] = Field(
        default=[0.01], min_length=1, max_length=100, description="One cell each."
    )
    schedule: Schedule = Field(
        default=ConstantRate(name="constant"),
        description="How each learning rate changes from step to step: a name, or an object.",
    )
    batch_size: int = Field(default=8, ge=1, le=60_000, description="Rows of a mini-batch.")
    epochs: int = Field(default=10, ge=1, le=100_000, description="Passes over the training rows.")
    early_stopping: EarlyStopping | None = Field(
        default=None, description="Needs validation rows; `epochs` are then the most."
    )

    pretraining: Pretraining | None = Field(
        default=None, description="Before the supervised epochs, which then fine-tune."
    )

    @model_validator(mode="after")
    def _learning_rates_differ(self) -> "Training":
        if len(set(self.learning_rates)) < len(self.learning_rates):
            raise ValueError(
                f"learning_rates must differ from each other; received {self.learning_rates}"
            )
        return self
