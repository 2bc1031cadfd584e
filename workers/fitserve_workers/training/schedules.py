"""The learning rate of a run's steps: a variable, or a Keras schedule over one."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from fitserve_core.spec import Schedule

REGISTERS = 64


class LearningRate:
    """What an optimizer is given as its learning rate.

    The initial rate is a variable, so that runs that differ in it share a compiled program.

    Attributes:
        schedule: Keras's schedule, or None where the rate is constant.
    """

    def __init__(self, schedule: Schedule) -> None:
        self._initial = keras.Variable(0.0, trainable=False, name="initial_learning_rate")
        self.schedule = SCHEDULES[schedule.name](schedule, self._initial)

    def start(self, optimizer: keras.optimizers.Optimizer, initial: float) -> None:
        """Let a run with the rate `initial` begin."""
        self._initial.assign(initial)
        if self.schedule is None:
            optimizer.learning_rate.assign(initial)

    def at(self, steps: list[int], initial: float) -> list[float]:
        """Return the rates with which `steps`, counted from 0, are taken in the present run."""
        if self.schedule is None:
            return [initial] * len(steps)
        # TensorFlow rounds the rest of a vector that fills no whole register differently: without
        # the padding a resumed run could record another last digit.
        padded = np.zeros(-(-len(steps) // REGISTERS) * REGISTERS, np.int64)
        padded[: len(steps)] = steps
        rates: list[float] = np.asarray(self.schedule(padded), np.float64)[: len(steps)].tolist()
        return rates


SCHEDULES: dict[str, Callable[[Any, keras.Variable], Any]] = {
    "constant": lambda _, __: None,
    "exponential_decay": lambda schedule, initial: keras.optimizers.schedules.ExponentialDecay(
        initial, schedule.decay_steps, schedule.decay_rate, schedule.staircase
    ),
    "cosine_decay": lambda schedule, initial: keras.optimizers.schedules.CosineDecay(
        initial, schedule.decay_steps, schedule.alpha
    ),
}
