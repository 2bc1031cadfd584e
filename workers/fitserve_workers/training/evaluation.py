"""Figures of a network as it predicts, over many rows."""

from typing import Any

import keras
import tensorflow as tf

from fitserve_workers.training.nonzeros import NonZeros, products
from fitserve_workers.training.step import around_first, figure_sums, outputs_behind
from fitserve_workers.training.tasks import TaskFigures

CHUNK_ROWS = 1_000


def evaluated(
    model: keras.Model, task: TaskFigures, rows: Any, zeros: NonZeros | None = None
) -> Any:
    """Return the sums of `training_step` for all `rows`, in chunks so that memory stays bounded.

    Args:
        model: the network.
        task: whose figures.
        rows: inputs and targets.
        zeros: the inputs by what is not zero in them, where that is the faster way.
    """
    count = rows[0].shape[0]
    whole = count - count % CHUNK_ROWS
    sums = tf.zeros(1 + len(task.names), tf.float64)
    if whole:
        chunks = [_chunks(part, whole) for part in rows]
        chunk = tf.constant(0)
        while chunk < whole // CHUNK_ROWS:
            inputs, targets = (part[chunk] for part in chunks)
            sums += _figures(model, task, inputs, targets, zeros, chunk * CHUNK_ROWS)
            chunk += 1
    if whole < count:
        inputs, targets = (part[whole:] for part in rows)
        sums += _figures(model, task, inputs, targets, zeros, whole)
    return sums


def _figures(
    model: keras.Model,
    task: TaskFigures,
    inputs: Any,
    targets: Any,
    zeros: NonZeros | None,
    start: Any,
) -> Any:
    if zeros is None:
        outputs = model(inputs, training=False)
    else:
        _, first, behind = around_first(model)
        rows = zeros.of(start + tf.range(targets.shape[0]))
        outputs = outputs_behind(products(rows, first.kernel), first, behind, training=False)
    return figure_sums(task.of_rows(outputs, targets), model.losses)


def _chunks(part: Any, whole: int) -> Any:
    return tf.reshape(part[:whole], [-1, CHUNK_ROWS, *part.shape[1:]])
