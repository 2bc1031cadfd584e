"""What a user posts: one data set, one network, one recipe, learning rates × repetitions."""

from fitserve_core.spec.experiment import (
    MAX_EPOCH_ROWS,
    MAX_PARAMETERS,
    MAX_RUNS,
    ExperimentSpec,
)
from fitserve_core.spec.initializers import Initializer
from fitserve_core.spec.network import Activation, Dropout, Network, Place, Regularizer
from fitserve_core.spec.optimizers import Adadelta, Adagrad, Adam, Nadam, Optimizer, Rmsprop, Sgd
from fitserve_core.spec.plan import Cell, DatasetName, RunPlan, Split
from fitserve_core.spec.schedules import ConstantRate, CosineDecay, ExponentialDecay, Schedule
from fitserve_core.spec.target import Target
from fitserve_core.spec.training import EarlyStopping, Training

__all__ = [
    "MAX_EPOCH_ROWS",
    "MAX_PARAMETERS",
    "MAX_RUNS",
    "Activation",
    "Adadelta",
    "Adagrad",
    "Adam",
    "Cell",
    "ConstantRate",
    "CosineDecay",
    "DatasetName",
    "Dropout",
    "EarlyStopping",
    "ExperimentSpec",
    "ExponentialDecay",
    "Initializer",
    "Nadam",
    "Network",
    "Optimizer",
    "Place",
    "Regularizer",
    "Rmsprop",
    "RunPlan",
    "Schedule",
    "Sgd",
    "Split",
    "Target",
    "Training",
]
