"""What an experiment is divided into: cells, and runs with everything decided."""

from typing import Any, Literal

from pydantic import Field

from fitserve_core.devices import Device
from fitserve_core.spec.augmentation import Augmentation
from fitserve_core.spec.base import Seed, SpecModel
from fitserve_core.spec.network import Network
from fitserve_core.spec.optimizers import Optimizer
from fitserve_core.spec.schedules import ConstantRate, Schedule
from fitserve_core.spec.target import Target
from fitserve_core.spec.training import EarlyStopping, LearningRate, Pretraining

DatasetName = Literal["mnist", "eckerle4"]
Scaling = Literal["train", "full"]


class Split(SpecModel):
    """How rows are divided where the data set has no division of its own.

    MNIST's division is fixed (50,000 train, 10,000 validate, 10,000 test): the seed changes
    nothing there.
    """

    seed: Seed = Field(default=0, description="Shared by all repetitions of the experiment.")
    validation_share: float = Field(
        default=0.0, ge=0, le=0.5, description="Share of the training rows that validate instead."
    )
    folds: int | None = Field(
        default=None,
        ge=2,
        le=21,
        description="Parts of the training rows, each of which validates in one run of every "
        "repetition while the others train: k-fold cross-validation.",
    )


class RunPlan(SpecModel):
    """One training of one cell, everything decided."""

    dataset: DatasetName
    target: Target | None = None
    network: Network
    optimizer: Optimizer
    learning_rate: LearningRate | None = Field(description="None with lbfgs.")
    schedule: Schedule = ConstantRate(name="constant")
    batch_size: int | None = Field(description="None with lbfgs: all training rows.")
    epochs: int
    early_stopping: EarlyStopping | None = None
    augmentation: Augmentation = Augmentation()
    pretraining: Pretraining | None = None
    seed: Seed
    split: Split
    fold: int | None = Field(default=None, description="Which fold validates, from 0.")
    scaling: Scaling
    device: Device = "auto"


class Cell(SpecModel):
    """One configuration of an experiment, which mean and standard deviation are taken over."""

    index: int
    config: dict[str, Any]


class PlannedCell(SpecModel):
    """A configuration and what its runs have in common.

    Attributes:
        config: what tells it from the experiment's other cells.
        plan: of its runs, with the experiment's seed in the place of theirs and no fold chosen.
    """

    config: dict[str, Any]
    plan: RunPlan
