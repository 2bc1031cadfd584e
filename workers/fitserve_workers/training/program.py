"""One compiled program for all runs of a shape: slices of epochs."""

import math
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tensorflow.compiler.tf2xla.python.xla import dynamic_update_slice

from fitserve_core.spec import Augmentation, RunPlan
from fitserve_workers.training.augmentation import KINDS, Augmenter
from fitserve_workers.training.compiled import CompiledModel, Tensors
from fitserve_workers.training.evaluation import evaluated
from fitserve_workers.training.keys import AUGMENTATION
from fitserve_workers.training.noise import Noise
from fitserve_workers.training.nonzeros import NonZeros, Scratch
from fitserve_workers.training.optimizers import build_optimizer
from fitserve_workers.training.orders import MAX_GRADIENT_ROWS, order_block
from fitserve_workers.training.penalty import penalty_parts
from fitserve_workers.training.schedules import LearningRate
from fitserve_workers.training.shape import Batches, Shape
from fitserve_workers.training.sparse import sparse_step
from fitserve_workers.training.step import (
    Present,
    StepSums,
    around_first,
    gradient_norms,
    training_step,
)


class Sums(NamedTuple):
    """What a block's epochs come to, one line an epoch.

    Attributes:
        train: sums of figures over the rows, float64, (block, figures). The line of an epoch under
            way lacks the penalty, whose parts wait for the epoch's end: summed with each slice,
            they would let figures depend on where slices happened to end.
        validation: the same of the validation rows.
        gradients: norms of the layers' gradients at the epoch's end, float32, (block, layers).
        penalty: parts of the penalty in the epoch under way, float64.
    """

    train: Any
    validation: Any
    gradients: Any
    penalty: Any


class Program(CompiledModel):
    """A Keras model, its optimizer, and the compiled loop that trains it by mini-batches.

    Attributes:
        optimizer: the ordinary Keras optimizer.
        learning_rate: what its steps are taken with.
        seconds_per_step: as last measured; None before.
    """

    def __init__(self, shape: Shape) -> None:
        self.learning_rate = LearningRate(shape.schedule)
        self.optimizer: keras.optimizers.Optimizer = build_optimizer(
            shape.optimizer, self.learning_rate
        )
        super().__init__(shape, self.optimizer.iterations)
        self._draws = Noise(self.optimizer.iterations, KINDS, AUGMENTATION)
        self._augment = _augmenter(shape, self._draws)
        self.optimizer.build(self.model.trainable_variables)
        self.seconds_per_step: float | None = None
        self._unused = [np.asarray(variable) for variable in self.optimizer.variables]
        self._penalty_parts = penalty_parts(self.model).shape
        self._slice = tf.function(self._traced_slice, jit_compile=True)

    @property
    def variables(self) -> list[Any]:
        """The model's and the optimizer's."""
        return [*self.model.variables, *self.optimizer.variables]

    def let(self, plan: RunPlan) -> int:
        """Start a run in the program; return the tenancy that `require` asks for."""
        for variable, unused in zip(self.optimizer.variables, self._unused, strict=True):
            variable.assign(unused)
        assert plan.learning_rate is not None
        self.learning_rate.start(self.optimizer, plan.learning_rate)
        self._draws.seed(plan.seed)
        return super().let(plan)

    def no_sums(self) -> Sums:
        """Return the sums of a block that has not begun."""
        zeros = tf.zeros((self.shape.block, 1 + len(self.task.names)), tf.float64)
        gradients = tf.zeros((self.shape.block, 1 + len(self.shape.network.hidden_layers)))
        return Sums(zeros, zeros, gradients, tf.zeros(self._penalty_parts, tf.float64))

    def slice(
        self, rows: Tensors, orders: Any, sample: Any, sums: Sums, start: int, end: int
    ) -> tuple[Sums, int]:
        """Train from step `start` to `end`, both counted from the beginning of the block.

        Gradients are measured on the training rows of `sample`, int32.

        Returns the sums, and the step that was reached: the end of an epoch before `end` where
        that epoch's loss was not finite.
        """
        bounds = tf.constant(start), tf.constant(end)
        parts = rows.train, rows.validation, rows.zeros
        sums, reached = self._slice(*parts, orders, sample, sums, *bounds)
        return sums, int(reached)

    def _traced_slice(
        self,
        train: Any,
        validation: Any,
        zeros: Any,
        orders: Any,
        sample: Any,
        totals: Any,
        start: Any,
        end: Any,
    ) -> Any:
        self.traces += 1
        steps, task = self.shape.steps, self.task
        train_sums, validation_sums, gradients, penalty = totals
        train_zeros, validation_zeros = zeros
        step = start
        while step < end:
            epoch = step // steps
            first = epoch * steps
            sums = StepSums(train_sums[epoch], penalty)
            for batches in self.shape.batches:
                while step < tf.minimum(first + batches.until, end):
                    visited = (step - first) * self.shape.batch_size
                    places = tf.slice(orders, [epoch, visited], [1, batches.rows])[0]
                    present = self._present(batches, visited)
                    sums = sums.plus(self._step(train, train_zeros, places, present))
                    step += 1
            whole, ended = sums.whole(), step == first + steps
            train_sums = _with_line(train_sums, epoch, tf.where(ended, whole, sums.figures))
            penalty = tf.where(ended, tf.zeros_like(sums.penalty), sums.penalty)
            if ended:
                gradients = _with_line(gradients, epoch, self._gradient_norms(train, sample))
                if validation is not None:
                    line = evaluated(self.model, task, validation, validation_zeros)
                    validation_sums = _with_line(validation_sums, epoch, line)
            end = tf.where(tf.math.is_finite(whole[0]), end, step)
        return Sums(train_sums, validation_sums, gradients, penalty), step

    def _gradient_norms(self, train: Any, sample: Any) -> Any:
        rows = [tf.gather(part, sample) for part in train]
        return gradient_norms(self.model, self.task, rows)

    def _present(self, batches: Batches, visited: Any) -> Present:
        if batches.full:
            return Present(None, batches.rows)
        left = self.shape.train_rows - visited
        count = tf.cast(tf.minimum(batches.rows, left), tf.float32)
        return Present(tf.range(batches.rows) < left, count)

    def _step(self, train: Any, zeros: NonZeros | None, places: Any, present: Present) -> StepSums:
        inputs, targets = (tf.gather(part, places) for part in train)
        parts = self.model, self.optimizer, self.task
        if zeros is None:
            inputs = inputs if self._augment is None else self._augment(inputs)
            return training_step(*parts, (inputs, targets), present)
        rows = zeros.of(places)
        rows = rows if self._augment is None else self._augment.of_rows(rows)
        dropouts, *_ = around_first(self.model)
        for dropout in dropouts:
            rows = dropout.of_rows(rows, self.shape.inputs)
        return sparse_step(*parts, rows, targets, present)

    def trace(self, rows: Tensors) -> None:
        """Trace the training loop, and do not compile it."""
        bounds = tf.constant(0), tf.constant(0)
        parts = rows.train, rows.validation, rows.zeros
        self._slice.get_concrete_function(*parts, *self._nothing(), self.no_sums(), *bounds)

    def _call_once(self, rows: Tensors) -> None:
        self.slice(rows, *self._nothing(), self.no_sums(), 0, 0)

    def _nothing(self) -> tuple[Any, Any]:
        """Return orders and a sample of no meaning."""
        shape = self.shape
        orders = order_block(0, range(0), shape.train_rows, shape.block, shape.batch_size)
        sample = tf.zeros(min(shape.train_rows, MAX_GRADIENT_ROWS), tf.int32)
        return tf.constant(orders), sample


def _augmenter(shape: Shape, draws: Noise) -> Augmenter | None:
    if shape.augmentation == Augmentation():
        return None
    scratch = Scratch(shape.batch_size, shape.inputs) if shape.skips_zeros[0] else None
    return Augmenter(shape.augmentation, math.isqrt(shape.inputs), draws, scratch)


def _with_line(lines: Any, place: Any, line: Any) -> Any:
    return dynamic_update_slice(lines, line[tf.newaxis], [place, 0])
