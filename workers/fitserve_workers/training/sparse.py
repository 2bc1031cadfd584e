"""Training steps that visit only what is not zero in their rows.

A zero input adds nothing to a unit's sum, and its weights have no gradient: plain gradient descent
need neither read nor write their row of the first kernel. What comes out is a dense step's, its
sums in another order.
"""

from typing import Any

import keras
import tensorflow as tf
from tensorflow.compiler.tf2xla.python.xla import dynamic_slice, dynamic_update_slice

from fitserve_core.spec import Regularizer, RunPlan, Sgd
from fitserve_workers.training.nonzeros import SparseRows, products
from fitserve_workers.training.step import (
    Present,
    StepSums,
    around_first,
    outputs_behind,
    step_sums,
)
from fitserve_workers.training.tasks import TaskFigures

LARGEST_BATCH = 128


def leaves_zeros_alone(plan: RunPlan) -> bool:
    """Whether steps of `plan` change no weight of a zero input, in batches that have many zeros."""
    return (
        isinstance(plan.optimizer, Sgd)
        and not plan.optimizer.momentum
        and plan.network.regularizer == Regularizer()
        and not plan.augmentation.noise
        and plan.batch_size is not None
        and plan.batch_size <= LARGEST_BATCH
    )


def sparse_step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    task: TaskFigures,
    rows: SparseRows,
    targets: Any,
    present: Present,
) -> StepSums:
    """Do what `training_step` does, by what is not zero.

    Args:
        model: the network, without penalties.
        optimizer: plain gradient descent.
        task: what is minimised.
        rows: what the first Dense layer is given.
        targets: of the rows.
        present: which rows count.
    """
    _, first, behind = around_first(model)
    sums_in = products(rows, first.kernel)
    with tf.GradientTape() as tape:
        tape.watch(sums_in)
        outputs = outputs_behind(sums_in, first, behind, training=True)
        figures = present.of(task.of_rows(outputs, targets))
        loss = tf.reduce_sum(figures[0]) / present.count
    others = [weights for weights in model.trainable_variables if weights is not first.kernel]
    of_sums, *of_others = tape.gradient(loss, [sums_in, *others])
    _descend(first.kernel, rows, optimizer.learning_rate * of_sums)
    optimizer.apply(of_others, others)
    return step_sums(model, figures, present)


def _descend(kernel: Any, rows: SparseRows, of_sums: Any) -> None:
    count, units = of_sums.shape
    weights = tf.convert_to_tensor(kernel)
    row = tf.constant(0)
    while row < count:
        of_row = dynamic_slice(of_sums, [row, 0], [1, units])
        place = rows.spans[row, 0]
        while place < rows.spans[row, 1]:
            column = rows.columns[place]
            before = dynamic_slice(weights, [column, 0], [1, units])
            after = before - rows.values[place] * of_row
            weights = dynamic_update_slice(weights, after, [column, 0])
            place += 1
        row += 1
    kernel.assign(weights)
