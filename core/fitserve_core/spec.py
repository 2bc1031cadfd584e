"""What a user posts: one data set, one network, one recipe, learning rates × repetitions."""

import itertools
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from fitserve_core.datasets.registry import DATASETS, DatasetInfo

MAX_PARAMETERS = 50_000_000
MAX_RUNS = 10_000
MAX_EPOCH_ROWS = 5_000_000

DEFAULT_LEARNING_RATES = {"sgd": [0.01], "adam": [0.001]}

Activation = Literal["relu", "sigmoid", "tanh", "linear"]
DatasetName = Literal["mnist", "eckerle4"]
Seed = Annotated[int, Field(ge=0, lt=2**53)]
Units = Annotated[int, Field(ge=1, le=16_384)]
LearningRate = Annotated[float, Field(gt=0, le=1_000)]


class SpecModel(BaseModel):
    """Base of every part of a spec: unknown fields, NaN and infinities are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Network(SpecModel):
    """A multi-layer perceptron; the data set decides its inputs and its output layer."""

    hidden_layers: list[Units] = Field(
        default=[100], max_length=64, description="Units of each hidden layer, input side first."
    )
    activation: Activation = Field(default="relu", description="Activation of the hidden layers.")

    def parameters(self, inputs: int, outputs: int) -> int:
        """Number of weights and biases between `inputs` input and `outputs` output units."""
        widths = [inputs, *self.hidden_layers, outputs]
        return sum((a + 1) * b for a, b in itertools.pairwise(widths))


class Sgd(SpecModel):
    """Stochastic gradient descent."""

    name: Literal["sgd"]
    momentum: float = Field(default=0.0, ge=0, lt=1, description="Share of the last update kept.")
    nesterov: bool = Field(default=False, description="Nesterov's look-ahead; needs momentum.")

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> "Sgd":
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov needs a momentum above 0, such as 0.9; received momentum=0")
        return self


class Adam(SpecModel):
    """Adam (Kingma and Ba, 2015) with the betas 0.9 and 0.999."""

    name: Literal["adam"]


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Optimizer = Annotated[Sgd | Adam, Field(discriminator="name"), BeforeValidator(_named)]


class Training(SpecModel):
    """How the network is fitted."""

    optimizer: Optimizer = Field(
        default=Sgd(name="sgd"), description="An optimizer's name, or an object with its knobs."
    )
    learning_rates: list[LearningRate] = Field(
        default=[0.01], min_length=1, max_length=100, description="One cell each."
    )
    batch_size: int = Field(default=8, ge=1, le=60_000, description="Rows of a mini-batch.")
    epochs: int = Field(default=10, ge=1, le=100_000, description="Passes over the training rows.")

    @model_validator(mode="after")
    def _learning_rates_differ(self) -> "Training":
        if len(set(self.learning_rates)) < len(self.learning_rates):
            raise ValueError(
                f"learning_rates must differ from each other; received {self.learning_rates}"
            )
        return self


class Split(SpecModel):
    """How rows are divided where the data set has no division of its own.

    MNIST's division is fixed (50,000 train, 10,000 validate, 10,000 test): the seed changes
    nothing there.
    """

    seed: Seed = Field(default=0, description="Shared by all repetitions of the experiment.")


class RunPlan(SpecModel):
    """One training of one cell, everything decided."""

    dataset: DatasetName
    network: Network
    optimizer: Optimizer
    learning_rate: LearningRate
    batch_size: int
    epochs: int
    seed: Seed
    split: Split
    scaling: Literal["train", "full"]


class Cell(SpecModel):
    """One configuration of an experiment, which mean and standard deviation are taken over."""

    index: int
    config: dict[str, Any]


class ExperimentSpec(SpecModel):
    """A configuration × repetitions. Everything but `dataset` has a default that trains well."""

    name: str = Field(default="", max_length=200, description="For people; any text.")
    dataset: DatasetName = Field(description="What to learn.")
    network: Network = Network()
    training: Training = Training()
    repetitions: int = Field(
        default=1, ge=1, le=1_000, description="Runs of each cell, each with its own seed."
    )
    seed: Seed = Field(default=0, description="Seeds of all runs are derived from it.")
    split: Split = Split()
    scaling: Literal["train", "full"] = Field(
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
            optimizer = _named(training["optimizer"])
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

    @property
    def dataset_info(self) -> DatasetInfo:
        """The registry's entry of the data set."""
        return DATASETS[self.dataset]

    def cells(self) -> Iterator[Cell]:
        """Yield every configuration of the experiment, in the order of the spec."""
        for index, learning_rate in enumerate(self.training.learning_rates):
            yield Cell(index=index, config={"learning_rate": learning_rate})

    def plan(self, cell: Cell, seed: int) -> RunPlan:
        """Return the one training that `cell` and a run's own `seed` stand for."""
        return RunPlan(
            dataset=self.dataset,
            network=self.network,
            optimizer=self.training.optimizer,
            learning_rate=cell.config["learning_rate"],
            batch_size=self.training.batch_size,
            epochs=self.training.epochs,
            seed=seed,
            split=self.split,
            scaling=self.scaling,
        )
