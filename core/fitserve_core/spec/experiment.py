"""The whole of what a user posts, checked as a whole."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from fitserve_core.datasets.registry import DATASETS, DatasetInfo
from fitserve_core.spec.base import Seed, SpecModel, named
from fitserve_core.spec.network import Network
from fitserve_core.spec.optimizers import DEFAULT_LEARNING_RATES
from fitserve_core.spec.plan import Cell, DatasetName, RunPlan, Scaling, Split
from fitserve_core.spec.target import Target, model_name, require_digits, with_target
from fitserve_core.spec.training import EarlyStopping, Training

MAX_PARAMETERS = 50_000_000
MAX_RUNS = 10_000
MAX_EPOCH_ROWS = 5_000_000


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must hold no NUL character: not every database can store one")
    return text


class ExperimentSpec(SpecModel):
    """A configuration × repetitions. Everything but `dataset` has a default that trains well."""

    name: Annotated[str, AfterValidator(_without_nul)] = Field(
        default="", max_length=200, description="For people; any text."
    )
    dataset: DatasetName = Field(description="What to learn.")
    target: Target | None = Field(
        default=None,
        description="Digits: a question with yes or no for an answer, instead of which digit.",
    )
    network: Network = Network()
    training: Training = Training()
    repetitions: int = Field(
        default=1, ge=1, le=1_000, description="Runs of each cell, each with its own seed."
    )
    seed: Seed = Field(default=0, description="Seeds of all runs are derived from it.")
    split: Split = Split()
    scaling: Scaling = Field(
        default="train",
        description="Rows whose range is scaled to [0, 1]: the training rows, or all rows (which "
        "tells the training about the test rows; the exercise sheet did so).",
    )
    preset: str | None = Field(
        default=None, max_length=100, description="Entry of the catalogue that it came from."
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_from_dataset(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        info = DATASETS.get(given["dataset"]) if isinstance(given.get("dataset"), str) else None
        if info is None:
            return given
        filled = {**info.spec_defaults, **given}
        for part in ("network", "training"):
            if isinstance(given.get(part), dict):
                filled[part] = {**info.spec_defaults[part], **given[part]}
        training = filled["training"]
        if isinstance(training, dict) and "learning_rates" not in training:
            optimizer = named(training["optimizer"])
            name = optimizer.get("name") if isinstance(optimizer, dict) else None
            if isinstance(name, str) and name in DEFAULT_LEARNING_RATES:
                filled["training"] = {**training, "learning_rates": DEFAULT_LEARNING_RATES[name]}
        return filled

    @model_validator(mode="after")
    def _fits_the_house(self) -> "ExperimentSpec":
        parameters = self.network.parameters(self.dataset_info.inputs, self.dataset_info.outputs)
        if parameters > MAX_PARAMETERS:
            raise ValueError(
                f"the network would have {parameters:,} parameters; at most {MAX_PARAMETERS:,}"
            )
        runs = len(self.training.learning_rates) * self.repetitions
        if runs > MAX_RUNS:
            raise ValueError(
                f"{len(self.training.learning_rates)} learning rates × {self.repetitions} "
                f"repetitions are {runs:,} runs; at most {MAX_RUNS:,}"
            )
        if runs * self.training.epochs > MAX_EPOCH_ROWS:
            raise ValueError(
                f"{runs:,} runs × {self.training.epochs:,} epochs would be recorded as "
                f"{runs * self.training.epochs:,} rows; at most {MAX_EPOCH_ROWS:,}"
            )
        return self

    @model_validator(mode="after")
    def _parts_agree(self) -> "ExperimentSpec":
        require_digits(DATASETS[self.dataset], self.target)
        if self.network.batch_normalization and self.training.batch_size == 1:
            raise ValueError(
                "network.batch_normalization needs a training.batch_size of at least 2, because "
                "one row less its own mean is zero; received batch_size=1"
            )
        if self.split.validation_share and self.dataset_info.validates:
            raise ValueError(
                f"{self.dataset} has validation rows of its own; split.validation_share must be "
                f"left out; received {self.split.validation_share}"
            )
        self._check_early_stopping(self.training.early_stopping)
        return self

    def _check_early_stopping(self, rule: EarlyStopping | None) -> None:
        if rule is None:
            return
        if not (self.dataset_info.validates or self.split.validation_share):
            raise ValueError(
                f"training.early_stopping needs validation rows, which {self.dataset} has not of "
                "its own: give a split.validation_share, such as 0.2; received 0"
            )
        if rule.monitor == "val_accuracy" and self.dataset_info.task == "regression":
            raise ValueError(
                f"training.early_stopping.monitor of a {self.dataset_info.task} must be "
                f"'val_loss'; received {rule.monitor!r}"
            )

    @property
    def dataset_info(self) -> DatasetInfo:
        """The registry's entry of the data set, with the task that the target makes of it."""
        return with_target(DATASETS[self.dataset], self.target)

    @property
    def model_name(self) -> str:
        """What its kept model is called, together with those of the same data set and target."""
        return model_name(self.dataset, self.target)

    def cells(self) -> Iterator[Cell]:
        """Yield every configuration of the experiment, in the order of the spec."""
        for index, learning_rate in enumerate(self.training.learning_rates):
            yield Cell(index=index, config={"learning_rate": learning_rate})

    def plan(self, cell: Cell, seed: int) -> RunPlan:
        """Return the one training that `cell` and a run's own `seed` stand for."""
        return RunPlan(
            dataset=self.dataset,
            target=self.target,
            network=self.network,
            optimizer=self.training.optimizer,
            learning_rate=cell.config["learning_rate"],
            schedule=self.training.schedule,
            batch_size=self.training.batch_size,
            epochs=self.training.epochs,
            early_stopping=self.training.early_stopping,
            seed=seed,
            split=self.split,
            scaling=self.scaling,
        )
