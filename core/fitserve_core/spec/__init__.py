"""What a user posts: one data set, one network, one recipe, learning rates × repetitions."""

from fitserve_core.spec.agreement import MAX_EPOCH_ROWS, MAX_PARAMETERS, MAX_RUNS
from fitserve_core.spec.augmentation import Augmentation, Elastic
from fitserve_core.spec.base import ACCEPTED
from fitserve_core.spec.experiment import ExperimentSpec
from fitserve_core.spec.initializers import Initializer
from fitserve_core.spec.network import Activation, Dropout, Network, Place, Regularizer
from fitserve_core.spec.optimizers import (
    Adadelta,
    Adagrad,
    Adam,
    Lbfgs,
    Nadam,
    Optimizer,
    Rmsprop,
    Sgd,
)
from fitserve_core.spec.plan import Cell, DatasetName, PlannedCell, RunPlan, Split
from fitserve_core.spec.schedules import ConstantRate, CosineDecay, ExponentialDecay, Schedule
from fitserve_core.spec.target import Target
from fitserve_core.spec.training import EarlyStopping, Pretraining, Training

__all__ = [
    "ACCEPTED",
    "MAX_EPOCH_ROWS",
    "MAX_PARAMETERS",
    "MAX_RUNS",
    "Activation",
    "Adadelta",
    "Adagrad",
    "Adam",
    "Augmentation",
    "Cell",
    "ConstantRate",
    "CosineDecay",
    "DatasetName",
    "Dropout",
    "EarlyStopping",
    "Elastic",
    "ExperimentSpec",
    "ExponentialDecay",
    "Initializer",
    "Lbfgs",
    "Nadam",
    "Network",
    "Optimizer",
    "Place",
    "PlannedCell",
    "Pretraining",
    "Regularizer",
    "Rmsprop",
    "RunPlan",
    "Schedule",
    "Sgd",
    "Split",
    "Target",
    "Training",
]
