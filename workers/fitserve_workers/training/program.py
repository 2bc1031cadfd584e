"""One compiled program for all runs of a shape: slices of epochs, and evaluation."""

import time
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fitserve_workers.training.dropout import Noise
from fitserve_workers.training.network import build_model, initialize
from fitserve_workers.training.optimizers import build_optimizer
from fitserve_workers.training.schedules import LearningRate
from fitserve_workers.training.shape import Shape
from fitserve_workers.training.step import evaluated, training_step
from fitserve_workers.training.tasks import TASKS


class Sums(NamedTuple):
    """Sums of figures over rows, one line an epoch of the block, float64, (block, figures)."""

    train: Any
    validation: Any


class Program:
    """A Keras model, its optimizer, and the compiled loop that trains it.

    Attributes:
        shape: what it was built for.
        model: the ordinary Keras model; its weights are those of the present run.
        optimizer: the ordinary Keras optimizer.
        learning_rate: what its steps are taken with.
        traces: how often TensorFlow traced, and so compiled, the training loop.
        compile_seconds: what the first call cost; None before it.
        seconds_per_step: as last measured; None before.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.task = TASKS[shape.task]
        self.learning_rate = LearningRate(shape.schedule)
        self.optimizer = build_optimizer(shape.optimizer, self.learning_rate)
        self._noise = Noise(self.optimizer.iterations, 2 + len(shape.network.hidden_layers))
        self.model = build_model(shape.network, shape.inputs, shape.outputs, self._noise)
        self.optimizer.build(self.model.trainable_variables)
        self.traces = 0
        self.compile_seconds: float | None = None
        self.seconds_per_step: float | None = None
        self._unused = [np.asarray(variable) for variable in self.optimizer.variables]
        self._tenancy = 0
        self._slice = tf.function(self._traced_slice, jit_compile=True)
        self._evaluate = tf.function(self._traced_evaluation, jit_compile=True)

    def let(self, seed: int, learning_rate: float) -> int:
        """Start a run in the program; return the tenancy that `require` asks for."""
        initialize(self.model, self.shape.network, seed)
        self._noise.seed(seed)
        for variable, unused in zip(self.optimizer.variables, self._unused, strict=True):
            variable.assign(unused)
        self.learning_rate.start(self.optimizer, learning_rate)
        self._tenancy += 1
        return self._tenancy

    def require(self, tenancy: int) -> None:
        """Refuse a run whose variables another run has taken since.

        Raises:
            RuntimeError: another run of the same shape was started in the same cache.
        """
        if tenancy != self._tenancy:
            raise RuntimeError(
                f"run {tenancy} of this program was given up when run {self._tenancy} started; "
                "finish or restore one run of a shape before starting the next, or give each its "
                "own ProgramCache"
            )

    def no_sums(self) -> Sums:
        """Return the sums of a block that has not begun."""
        zeros = tf.zeros((self.shape.block, 1 + len(self.task.names)), tf.float64)
        return Sums(zeros, zeros)

    def compile(self, train: Any, validation: Any) -> float:
        """Compile the training loop if it is not; return the seconds that this took."""
        if self.compile_seconds is not None:
            return 0.0
        began = time.perf_counter()
        orders = tf.zeros((self.shape.block, self.shape.train_rows), tf.int32)
        self.slice(train, validation, orders, self.no_sums(), 0, 0)
        self.compile_seconds = time.perf_counter() - began
        return self.compile_seconds

    def slice(
        self, train: Any, validation: Any, orders: Any, sums: Sums, start: int, end: int
    ) -> tuple[Sums, int]:
        """Train from step `start` to `end`, both counted from the beginning of the block.

        Returns the sums, and the step that was reached: the end of an epoch before `end` where
        that epoch's loss was not finite.
        """
        bounds = tf.constant(start), tf.constant(end)
        sums, reached = self._slice(train, validation, orders, sums, *bounds)
        return sums, int(reached)

    def evaluate(self, rows: Any) -> NDArray[np.float64]:
        """Return the mean of each figure over `rows`, tensors of inputs and targets."""
        return np.asarray(self._evaluate(rows)) / len(rows[0])

    def _traced_slice(
        self, train: Any, validation: Any, orders: Any, sums: Any, start: Any, end: Any
    ) -> Any:
        self.traces += 1
        steps, task = self.shape.steps, self.task
        full_steps, short_rows = divmod(self.shape.train_rows, self.shape.batch_size)
        train_sums, validation_sums = sums
        step = start
        while step < end:
            epoch = step // steps
            first = epoch * steps
            figures = train_sums[epoch]
            while step < tf.minimum(first + full_steps, end):
                batch = self._batch(train, orders, epoch, step - first, self.shape.batch_size)
                figures += training_step(self.model, self.optimizer, task, batch)
                step += 1
            if short_rows:
                # A loop of at most one turn: the short batch has a shape of its own.
                while step < tf.minimum(first + steps, end):
                    batch = self._batch(train, orders, epoch, step - first, short_rows)
                    figures += training_step(self.model, self.optimizer, task, batch)
                    step += 1
            train_sums = tf.tensor_scatter_nd_update(train_sums, [[epoch]], [figures])
            if validation is not None and step == first + steps:
                line = [evaluated(self.model, task, validation)]
                validation_sums = tf.tensor_scatter_nd_update(validation_sums, [[epoch]], line)
            end = tf.where(tf.math.is_finite(figures[0]), end, step)
        return Sums(train_sums, validation_sums), step

    def _batch(self, rows: Any, orders: Any, epoch: Any, step: Any, size: int) -> Any:
        places = tf.slice(orders, [epoch, step * self.shape.batch_size], [1, size])[0]
        return tuple(tf.gather(part, places) for part in rows)

    def _traced_evaluation(self, rows: Any) -> Any:
        return evaluated(self.model, self.task, rows)
