"""Training of one run as one compiled program over an ordinary Keras model and optimizer."""

from fitserve_workers.training.cache import ProgramCache
from fitserve_workers.training.run import Training
from fitserve_workers.training.runtime import configure_tensorflow
from fitserve_workers.training.warming import warm
from fitserve_workers.training.weights import write_weights

__all__ = ["ProgramCache", "Training", "configure_tensorflow", "warm", "write_weights"]
