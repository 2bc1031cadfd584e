"""The Keras optimizer of a spec's optimizer, by name."""

from collections.abc import Callable
from typing import Any

import keras
from fitserve_core.spec import Optimizer


def _sgd(optimizer: Any) -> keras.optimizers.Optimizer:
    return keras.optimizers.SGD(momentum=optimizer.momentum, nesterov=optimizer.nesterov)


def _adam(_: Any) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam()


OPTIMIZERS: dict[str, Callable[[Any], keras.optimizers.Optimizer]] = {"sgd": _sgd, "adam": _adam}


def build_optimizer(optimizer: Optimizer, model: keras.Model) -> keras.optimizers.Optimizer:
    """Return the optimizer with its slot variables for `model`; the learning rate is for the run."""
    built = OPTIMIZERS[optimizer.name](optimizer)
    built.build(model.trainable_variables)
    return built
