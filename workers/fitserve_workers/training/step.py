"""What a compiled program does with rows: a training step, gradients, summing figures."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import keras
import tensorflow as tf

from fitserve_workers.training.penalty import penalty_parts
from fitserve_workers.training.tasks import TaskFigures

Function = TypeVar("Function", bound=Callable[..., Any])


def as_written(function: Function) -> Function:
    """Mark a function that neither branches nor loops by tensors.

    TensorFlow need not translate it, nor what it calls, which takes longer than tracing them.
    """
    return cast("Function", tf.autograph.experimental.do_not_convert(function))


class Present(NamedTuple):
    """Which rows of a mini-batch count: an epoch's last may lack some.

    Attributes:
        rows: bool, (rows,); None where all do.
        count: how many do, a number or float32.
    """

    rows: Any
    count: Any

    def of(self, figures: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return figures of each row, zero where the row does not count."""
        if self.rows is None:
            return figures
        return tuple(tf.where(self.rows, figure, 0.0) for figure in figures)


class StepSums(NamedTuple):
    """What training steps add up, float64.

    Attributes:
        figures: sums over rows; the first is to be that of what was minimised, and lacks the
            penalty still. The task's own figures follow.
        penalty: the penalty in parts, each step's as often as it has rows.
    """

    figures: Any
    penalty: Any

    def plus(self, step: "StepSums") -> "StepSums":
        """Return the sums with another step's."""
        return StepSums(self.figures + step.figures, self.penalty + step.penalty)

    def whole(self) -> Any:
        """Return the figures, with the penalty where it belongs."""
        loss = self.figures[:1] + tf.reduce_sum(self.penalty)
        return tf.concat([loss, self.figures[1:]], 0)


@as_written
def training_step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    task: TaskFigures,
    batch: Any,
    present: Present,
) -> StepSums:
    """Update the weights on one mini-batch; return what it adds to an epoch's sums."""
    with tf.GradientTape() as tape:
        figures, loss = minimised(model, task, batch, present)
    sums = step_sums(model, figures, present)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return sums


def step_sums(model: keras.Model, figures: tuple[Any, ...], present: Present) -> StepSums:
    """Return what a mini-batch with the `figures`, row by row, adds to an epoch's sums."""
    penalty = tf.cast(penalty_parts(model), tf.float64)
    return StepSums(figure_sums(figures, []), tf.cast(present.count, tf.float64) * penalty)


def minimised(
    model: keras.Model, task: TaskFigures, batch: Any, present: Present
) -> tuple[tuple[Any, ...], Any]:
    """Return a mini-batch's figures, row by row, and its loss with the penalty, while training.

    A training step uses the loss for its gradient alone, so the program never computes it.
    """
    inputs, targets = batch
    figures = present.of(task.of_rows(outputs_of(model.layers, inputs, training=True), targets))
    return figures, tf.add_n([tf.reduce_sum(figures[0]) / present.count, *model.losses])


def gradient_step(model: keras.Model, task: TaskFigures, rows: Any, total: int) -> tuple[Any, Any]:
    """Return the sums of `training_step` for some of `total` rows, and what they add to a gradient.

    Added up over all rows, that is the gradient of the mean loss with the penalty, float64, the
    trainable weights one after the other.
    """
    inputs, targets = rows
    with tf.GradientTape() as tape:
        figures = task.of_rows(outputs_of(model.layers, inputs, training=True), targets)
        penalties = model.losses
        count = figures[0].shape[0]
        share = tf.add_n([tf.reduce_sum(figures[0]), *(count * each for each in penalties)]) / total
    gradients = tape.gradient(share, model.trainable_variables)
    flat = tf.concat([tf.reshape(tf.cast(part, tf.float64), [-1]) for part in gradients], 0)
    return figure_sums(figures, penalties), flat


@as_written
def gradient_norms(model: keras.Model, task: TaskFigures, rows: Any) -> Any:
    """Return the norm of each Dense layer's gradient, kernel and bias together, float32 (layers,).

    Of what is minimised, the mean loss over `rows` with the penalty, for the network as it
    predicts: no dropout, moving statistics. So the norms of epochs and of runs compare.
    """
    inputs, targets = rows
    layers = dense_layers(model)
    with tf.GradientTape() as tape:
        figures = task.of_rows(outputs_of(model.layers, inputs, training=False), targets)
        loss = tf.add_n([tf.reduce_mean(figures[0]), *model.losses])
    gradients = tape.gradient(loss, [(layer.kernel, layer.bias) for layer in layers])
    flat = [tf.concat([tf.reshape(part, [-1]) for part in pair], 0) for pair in gradients]
    # Products, which XLA gives to a library: it compiles sums of squares, in many small functions.
    # And one root: TensorFlow translates each in a compiler of its own, 3 ms a root.
    return tf.sqrt(tf.stack([tf.tensordot(each, each, 1) for each in flat]))


def dense_layers(model: keras.Model) -> list[keras.layers.Dense]:
    """Return the layers that have kernels and biases, input side first."""
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]


def around_first(model: keras.Model) -> tuple[list[Any], keras.layers.Dense, list[Any]]:
    """Return the layers before the first Dense layer, that one, and those behind it."""
    first = dense_layers(model)[0]
    place = model.layers.index(first)
    return model.layers[:place], first, model.layers[place + 1 :]


def outputs_behind(
    products: Any, first: keras.layers.Dense, behind: list[Any], *, training: bool
) -> Any:
    """Return a network's outputs from the products, (rows, units), of its first kernel."""
    outputs = first.activation(products + first.bias)
    return outputs_of(behind, outputs, training=training)


def outputs_of(layers: list[Any], inputs: Any, *, training: bool) -> Any:
    """Return what `layers` make of their inputs, (rows, units), one after the other.

    What Keras does, in operations that TensorFlow translates fast: it adds biases in one whose
    gradient is translated in a compiler of its own, 4 ms each.
    """
    outputs = inputs
    for layer in layers:
        if isinstance(layer, keras.layers.Dense):
            outputs = layer.activation(tf.matmul(outputs, layer.kernel) + layer.bias)
        else:
            outputs = layer(outputs, training=training)
    return outputs


def figure_sums(figures: tuple[Any, ...], penalties: list[Any]) -> Any:
    """Return sums over rows, float64: of what is minimised, penalty and all, and of each figure."""
    # In float32, an epoch of 50,000 steps adds small losses to a large sum.
    sums = tf.reduce_sum(tf.cast(tf.stack(figures), tf.float64), 1)
    rows = figures[0].shape[0]
    loss = tf.add_n([sums[0], *(rows * tf.cast(penalty, tf.float64) for penalty in penalties)])
    return tf.concat([loss[tf.newaxis], sums], 0)
