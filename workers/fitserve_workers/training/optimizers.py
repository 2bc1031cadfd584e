"""The Keras optimizer of a spec's optimizer, by name."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from fitserve_core.spec import Optimizer, Rmsprop, Sgd
from fitserve_workers.training.in_place import InPlace
from fitserve_workers.training.rowwise import descend_by_rows, goes_by_rows
from fitserve_workers.training.schedules import LearningRate


class FusedMomentum(InPlace, keras.optimizers.SGD):  # type: ignore[misc]
    """Keras's SGD with momentum, in a form that XLA compiles well.

    Keras assigns the velocity `v ← momentum·v − learning_rate·g`, then adds it to the weights. A
    lone addition XLA does not compile but gives to a library, on a CPU (TensorFlow 2.21), and
    that takes 24 µs more for 784 × 100 weights, half of a step. A product and its sum are compiled.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable and its velocity."""
        velocity = self.momentums[self._get_variable_index(variable)]
        self.assign(velocity, self.momentum * velocity - learning_rate * gradient)
        one = tf.cast(self.iterations >= 0, tf.float32)  # XLA does not know that it is
        self.assign_add(variable, one * velocity)


class Adam(InPlace, keras.optimizers.Adam):  # type: ignore[misc]
    """Keras's Adam, which updates large kernels row by row.

    Source: Kingma and Ba, 2015, with the corrections of both biases in the step's size.
    """

    def _backend_update_step(
        self, grads: Any, trainable_variables: Any, learning_rate: Any
    ) -> None:
        """Update all variables, the size of their step worked out once for them all."""
        step = tf.cast(self.iterations + 1, tf.float32)
        corrections = 1 - self.beta_1**step, 1 - self.beta_2**step
        # A power, since TensorFlow translates each root in a compiler of its own, 3 ms a root.
        size = learning_rate * corrections[1] ** 0.5 / corrections[0]
        super()._backend_update_step(grads, trainable_variables, size)

    def update_step(self, gradient: Any, variable: Any, size: Any) -> None:
        """Update one variable and its moments."""
        place = self._get_variable_index(variable)

        def moments(of_gradient: Any, mean: Any, square: Any) -> list[Any]:
            return [
                mean + (of_gradient - mean) * (1 - self.beta_1),
                square + (tf.square(of_gradient) - square) * (1 - self.beta_2),
            ]

        def change(mean: Any, square: Any) -> Any:
            return mean * size / (tf.sqrt(square) + self.epsilon)

        kept = [self._momentums[place], self._velocities[place]]
        if goes_by_rows(variable):
            descend_by_rows(variable, gradient, kept, moments, change)
            return
        after = moments(gradient, *kept)
        for each, value in zip(kept, after, strict=True):
            self.assign(each, value)
        self.assign_sub(variable, change(*after))


def _sgd(optimizer: Sgd, rate: Any) -> keras.optimizers.Optimizer:
    if optimizer.momentum and not optimizer.nesterov:
        return FusedMomentum(rate, momentum=optimizer.momentum)
    sgd = _in_place(keras.optimizers.SGD)
    return sgd(rate, momentum=optimizer.momentum, nesterov=optimizer.nesterov)


def _rmsprop(optimizer: Rmsprop, rate: Any) -> keras.optimizers.Optimizer:
    return _in_place(keras.optimizers.RMSprop)(rate, momentum=optimizer.momentum)


def _in_place(kind: type[Any]) -> type[Any]:
    return type(kind.__name__, (InPlace, kind), {})


OPTIMIZERS: dict[str, Callable[[Any, Any], keras.optimizers.Optimizer]] = {
    "sgd": _sgd,
    "adam": lambda _, rate: Adam(rate),
    "nadam": lambda _, rate: _in_place(keras.optimizers.Nadam)(rate),
    "adagrad": lambda _, rate: _in_place(keras.optimizers.Adagrad)(rate),
    "adadelta": lambda _, rate: _in_place(keras.optimizers.Adadelta)(rate),
    "rmsprop": _rmsprop,
}


def build_optimizer(optimizer: Optimizer, rate: LearningRate) -> keras.optimizers.Optimizer:
    """Return the optimizer, not yet built for a model; `rate.start` gives it a run's own rate."""
    # Without a schedule Keras makes a variable of the number, which `rate.start` assigns.
    return OPTIMIZERS[optimizer.name](optimizer, rate.schedule or 0.0)
