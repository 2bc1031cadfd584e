"""Figures of a network as it predicts, over many rows."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from fitserve_workers.training.nonzeros import NonZeros, products
from fitserve_workers.training.step import around_first, figure_sums, outputs_behind, outputs_of
from fitserve_workers.training.tasks import TaskFigures

CHUNK_ROWS = 1_000
# Numbers that a core adds side by side; what a row has beyond them costs it as much again.
LANES = 8


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
    first_sums = None if zeros is None else _first_sums(model, zeros)
    count = rows[0].shape[0]
    whole = count - count % CHUNK_ROWS
    sums = tf.zeros(1 + len(task.names), tf.float64)
    if whole:
        chunks = [_chunks(part, whole) for part in rows]
        chunk = tf.constant(0)
        while chunk < whole // CHUNK_ROWS:
            inputs, targets = (part[chunk] for part in chunks)
            sums += _figures(model, task, inputs, targets, first_sums, chunk * CHUNK_ROWS)
            chunk += 1
    if whole < count:
        inputs, targets = (part[whole:] for part in rows)
        sums += _figures(model, task, inputs, targets, first_sums, whole)
    return sums


def _first_sums(model: keras.Model, zeros: NonZeros) -> Callable[[Any], Any]:
    """Return what makes the products of some rows and the first kernel."""
    kernel = around_first(model)[1].kernel
    units = kernel.shape[1]
    padded = tf.pad(kernel, [[0, 0], [0, -units % LANES]])
    return lambda rows: products(zeros.of(rows), padded)[:, :units]


def _figures(
    model: keras.Model,
    task: TaskFigures,
    inputs: Any,
    targets: Any,
    first_sums: Callable[[Any], Any] | None,
    start: Any,
) -> Any:
    if first_sums is None:
        outputs = outputs_of(model.layers, inputs, training=False)
    else:
        _, first, behind = around_first(model)
        sums = first_sums(start + tf.range(targets.shape[0]))
        outputs = outputs_behind(sums, first, behind, training=False)
    return figure_sums(task.of_rows(outputs, targets), model.losses)


def _chunks(part: Any, whole: int) -> Any:
    return tf.reshape(part[:whole], [-1, CHUNK_ROWS, *part.shape[1:]])
