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
    count = rows[0].shape[0]
    whole = count - count % CHUNK_ROWS
    sums = tf.zeros(len(task.names), tf.float64)
    if whole:
        chunks = [_chunks(part, whole) for part in rows]
        chunk = tf.constant(0)
        while chunk < whole // CHUNK_ROWS:
            sums += _figures(model, task, [part[chunk] for part in chunks])
            chunk += 1
    if whole < count:
        sums += _figures(model, task, [part[whole:] for part in rows])
    return sums


def _figures(model: keras.Model, task: TaskFigures, rows: Any) -> Any:
    inputs, targets = rows
    return _sums(task.of_rows(model(inputs, training=False), targets))


def _chunks(part: Any, whole: int) -> Any:
    return tf.reshape(part[:whole], [-1, CHUNK_ROWS, *part.shape[1:]])


def _sums(figures: tuple[Any, ...]) -> Any:
    # float64: an epoch of 50,000 steps adds small losses to a large sum.
    return tf.stack([tf.reduce_sum(tf.cast(figure, tf.float64)) for figure in figures])
