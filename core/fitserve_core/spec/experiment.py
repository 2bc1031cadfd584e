"""The whole of what a user posts, checked as a whole."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, ValidationError, ValidationInfo, model_validator

from fitserve_core.datasets.registry import DATASETS, DatasetInfo
from fitserve_core.devices import Device
from fitserve_core.errors import PartsDisagreeError
from fitserve_core.spec.agreement import check_parts, check_size
from fitserve_core.spec.base import ACCEPTED, Seed, SpecModel, Text
from fitserve_core.spec.defaults import filled
from fitserve_core.spec.grid import Grid, combinations, config, replace
from fitserve_core.spec.network import Network
from fitserve_core.spec.plan import DatasetName, PlannedCell, RunPlan, Scaling, Split
from fitserve_core.spec.schedules import ConstantRate
from fitserve_core.spec.target import Target, model_name, with_target
from fitserve_core.spec.training import Training
from fitserve_core.validation import problems

PREVIOUS_REPETITION = "previous_repetition"

Tag = Annotated[Text, Field(min_length=1, max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=20)]


class ExperimentSpec(SpecModel):
    """A configuration × repetitions. Everything but `dataset` has a default that trains well."""

    name: Text = Field(default="", max_length=200, description="For people; any text.")
    tags: Tags = Field(default=[], description="For people, to find it by.")
    notes: Text = Field(default="", max_length=10_000, description="For people; any text.")
    dataset: DatasetName = Field(description="What to learn.")
    target: Target | None = Field(
        default=None,
        description="Digits: a question with yes or no for an answer, instead of which digit.",
    )
    network: Network = Network()
    training: Training = Training()
    grid: Grid = Field(
        default={},
        description="Fields that are crossed with each other and with the learning rates: values "
        "by path, as `network.hidden_layers`. Each combination is a cell.",
    )
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
    device: Device = Field(
        default="auto",
        description="What runs are trained on: whatever worker is free, or one of a kind, which "
        "they wait for.",
    )
    warm_start: Text | None = Field(
        default=None,
        max_length=100,
        description="What runs start from instead of fresh weights: `previous_repetition` of the "
        "same cell, or a kept model (a model's name, an experiment's or a run's id).",
    )
    preset: str | None = Field(
        default=None, max_length=100, description="Entry of the catalogue that it came from."
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_from_dataset(cls, given: Any) -> Any:
        return filled(given)

    @model_validator(mode="after")
    def _fits_the_house(self, info: ValidationInfo) -> "ExperimentSpec":
        if info.context != ACCEPTED:
            check_parts(self)
            check_size(self)
        return self

    @property
    def dataset_info(self) -> DatasetInfo:
        """The registry's entry of the data set, with the task that the target makes of it."""
        return with_target(DATASETS[self.dataset], self.target)

    @property
    def model_name(self) -> str:
        """What its kept model is called, together with those of the same data set and target."""
        return model_name(self.dataset, self.target)

    @cached_property
    def cells(self) -> tuple[PlannedCell, ...]:
        """Every configuration of the experiment, in the order of the spec.

        Raises:
            ValueError: a combination of the grid is no spec.
        """
        if not self.grid:
            return tuple(
                PlannedCell(config=config({}, rate), plan=self._plan(rate))
                for rate in self.training.cell_rates
            )
        return tuple(self._crossed())

    def _crossed(self) -> Iterator[PlannedCell]:
        for values in combinations(self.grid):
            for cell in self._variant(values).cells:
                rate = cell.plan.learning_rate
                yield PlannedCell(config=config(values, rate), plan=cell.plan)

    def _variant(self, values: dict[str, Any]) -> "ExperimentSpec":
        fields = self.model_dump(exclude={"grid"})
        try:
            replace(fields, values)
            return ExperimentSpec.model_validate(fields)
        except ValidationError as error:
            problem = problems(error.errors(include_url=False), ExperimentSpec)[0]
            raise self._no_cell(values, str(problem)) from None
        except ValueError as error:
            raise self._no_cell(values, str(error)) from None

    def _no_cell(self, values: dict[str, Any], problem: str) -> PartsDisagreeError:
        return PartsDisagreeError(
            f"one of the combinations is no spec: {problem}", param="grid", received=values
        )

    def _plan(self, learning_rate: float | None) -> RunPlan:
        return RunPlan(
            dataset=self.dataset,
            target=self.target,
            network=self.network,
            optimizer=self.training.optimizer,
            learning_rate=learning_rate,
            schedule=self.training.schedule or ConstantRate(name="constant"),
            batch_size=self.training.batch_size,
            epochs=self.training.epochs,
            early_stopping=self.training.early_stopping,
            augmentation=self.training.augmentation,
            pretraining=self.training.pretraining,
            seed=self.seed,
            split=self.split,
            scaling=self.scaling,
            device=self.device,
        )
