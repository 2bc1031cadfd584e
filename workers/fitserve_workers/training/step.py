"""The two things a compiled program does with rows: one training step, and summing figures."""

from typing import Any

import keras
import tensorflow as tf

from fitserve_workers.training.tasks import TaskFigures

CHUNK_ROWS = 1_000


def training_step(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, task: TaskFigures, batch: Any
) -> Any:
    """Update the weights on one mini-batch; return the sums of its figures, float64."""
    inputs, targets = batch
    with tf.GradientTape() as tape:
        figures = task.of_rows(model(inputs, training=True), targets)
        loss = tf.reduce_mean(figures[0])
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return _sums(figures)


def evaluated(model: keras.Model, task: TaskFigures, rows: Any) -> Any:
    """Return the sums of the figures of all `rows`, in chunks so that memory stays bounded."""
    inputs, targets = rows
    count = inputs.shape[0]
    whole = count - count % CHUNK_ROWS
    sums = tf.zeros(len(task.names), tf.float64)
    first = tf.constant(0)
    while first < whole:
        chunk = [tf.slice(part, _start(part, first), _size(part, CHUNK_ROWS)) for part in rows]
        sums += _sums(task.of_rows(model(chunk[0], training=False), chunk[1]))
        first += CHUNK_ROWS
    if whole < count:
        figures = task.of_rows(model(inputs[whole:], training=False), targets[whole:])
        sums += _sums(figures)
    return sums


def _start(part: Any, first: Any) -> list[Any]:
    return [first] + [0] * (len(part.shape) - 1)


def _size(part: Any, rows: int) -> list[int]:
    return [rows, *part.shape[1:]]


def _sums(figures: tuple[Any, ...]) -> Any:
    # float64: an epoch of 50,000 steps adds small losses to a large sum.
    return tf.stack([tf.reduce_sum(tf.cast(figure, tf.float64)) for figure in figures])
