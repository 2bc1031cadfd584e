"""Training steps that visit only what is not zero in their rows.

A zero input adds nothing to a unit's sum, and its weights have no gradient: plain gradient descent
need neither read nor write their row of the first kernel. What comes out is a dense step's, its
sums in another order.
"""

from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tensorflow.compiler.tf2xla.python.xla import dynamic_slice, dynamic_update_slice

from fitserve_core.datasets.dataset import Array
from fitserve_core.spec import Augmentation, Regularizer, RunPlan, Sgd
from fitserve_workers.training.step import StepSums, dense_layers, step_sums
from fitserve_workers.training.tasks import TaskFigures

LARGEST_SHARE = 0.25
LARGEST_BATCH = 128


class NonZeros(NamedTuple):
    """Where a matrix is not zero, in compressed sparse rows.

    Attributes:
        columns: of what is not zero, row after row, int32, (numbers,).
        starts: where each row's columns start, and where the last one's end, int32, (rows + 1,).
    """

    columns: Any
    starts: Any

    def spans(self, rows: Any) -> Any:
        """Return where the columns of `rows` start and end, int32, (rows, 2)."""
        return tf.stack([tf.gather(self.starts, rows), tf.gather(self.starts, rows + 1)], axis=1)


def leaves_zeros_alone(plan: RunPlan) -> bool:
    """Whether steps of `plan` change no weight of a zero input, in batches that have many zeros."""
    return (
        isinstance(plan.optimizer, Sgd)
        and not plan.optimizer.momentum
        and plan.network.regularizer == Regularizer()
        and plan.augmentation == Augmentation()
        and plan.batch_size is not None
        and plan.batch_size <= LARGEST_BATCH
    )


def non_zeros(matrix: Array) -> NonZeros | None:
    """Return where `matrix`, (rows, columns), is not zero; None where zeros are too few or all."""
    if not 0 < np.count_nonzero(matrix) <= LARGEST_SHARE * matrix.size:
        return None
    rows, width = matrix.shape
    places = np.flatnonzero(matrix)
    starts = np.searchsorted(places, np.arange(rows + 1) * width)
    return NonZeros(tf.constant(places % width, tf.int32), tf.constant(starts, tf.int32))


def sparse_step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    task: TaskFigures,
    batch: Any,
    spans: Any,
    columns: Any,
) -> StepSums:
    """Do what `training_step` does, by the columns that are not zero.

    Args:
        model: the network, without penalties.
        optimizer: plain gradient descent.
        task: what is minimised.
        batch: inputs and targets of the rows.
        spans: where each row's columns start and end, int32, (rows, 2).
        columns: of what is not zero in all training inputs.
    """
    inputs, targets = batch
    first = dense_layers(model)[0]
    place = model.layers.index(first)
    for layer in model.layers[:place]:
        inputs = layer(inputs, training=True)  # dropout leaves a zero zero
    products = _products(inputs, first.kernel, spans, columns)
    with tf.GradientTape() as tape:
        tape.watch(products)
        outputs = first.activation(products + first.bias)
        for layer in model.layers[place + 1 :]:
            outputs = layer(outputs, training=True)
        figures = task.of_rows(outputs, targets)
        loss = tf.reduce_mean(figures[0])
    others = [weights for weights in model.trainable_variables if weights is not first.kernel]
    of_products, *of_others = tape.gradient(loss, [products, *others])
    _descend(first.kernel, inputs, optimizer.learning_rate * of_products, spans, columns)
    optimizer.apply(of_others, others)
    return step_sums(model, figures)


def _products(inputs: Any, kernel: Any, spans: Any, columns: Any) -> Any:
    rows, units = inputs.shape[0], kernel.shape[1]
    products = tf.zeros((rows, units))
    row = tf.constant(0)
    while row < rows:
        of_row = tf.zeros((1, units))
        place = spans[row, 0]
        while place < spans[row, 1]:
            column = columns[place]
            value = dynamic_slice(inputs, [row, column], [1, 1])
            of_row += value * dynamic_slice(kernel, [column, 0], [1, units])
            place += 1
        products = dynamic_update_slice(products, of_row, [row, 0])
        row += 1
    return products


def _descend(kernel: Any, inputs: Any, of_products: Any, spans: Any, columns: Any) -> None:
    units = kernel.shape[1]
    weights = tf.convert_to_tensor(kernel)
    row = tf.constant(0)
    while row < inputs.shape[0]:
        of_row = dynamic_slice(of_products, [row, 0], [1, units])
        place = spans[row, 0]
        while place < spans[row, 1]:
            column = columns[place]
            before = dynamic_slice(weights, [column, 0], [1, units])
            after = before - dynamic_slice(inputs, [row, column], [1, 1]) * of_row
            weights = dynamic_update_slice(weights, after, [column, 0])
            place += 1
        row += 1
    kernel.assign(weights)
