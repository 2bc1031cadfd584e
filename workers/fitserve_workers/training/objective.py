"""One compiled program for all full-batch runs of a shape: the loss and its gradient."""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fitserve_workers.training.compiled import CompiledModel, Tensors
from fitserve_workers.training.evaluation import CHUNK_ROWS
from fitserve_workers.training.shape import Shape
from fitserve_workers.training.step import dense_layers, gradient_step


class Totals(NamedTuple):
    """Sums of figures over rows, float64, (figures,), and the gradient, float64, (weights,)."""

    figures: Any
    gradient: Any


class Objective(CompiledModel):
    """A Keras model, and the compiled loop that sums its loss and gradient over chunks of rows.

    Attributes:
        start: weights that the present run started from, as one vector.
        seconds_per_chunk: as last measured; None before.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape, tf.Variable(0))
        self.start = tf.Variable(tf.zeros(self.model.count_params(), tf.float64))
        self.seconds_per_chunk: float | None = None
        self._slice = tf.function(self._traced_slice, jit_compile=True)

    @property
    def variables(self) -> list[Any]:
        """The model's, and where the run started."""
        return [*self.model.variables, self.start]

    @property
    def chunks(self) -> int:
        """Into how many parts the training rows are divided, a last short one included."""
        return -(-self.shape.train_rows // CHUNK_ROWS)

    @property
    def weights(self) -> NDArray[np.float64]:
        """The model's weights as one vector, float64."""
        parts = [np.ravel(variable) for variable in self.model.trainable_variables]
        return np.concatenate(parts).astype(np.float64)

    def place(self, weights: Any) -> None:
        """Give the model the weights of a vector."""
        variables = self.model.trainable_variables
        sizes = [int(np.prod(variable.shape)) for variable in variables]
        for variable, part in zip(variables, tf.split(weights, sizes), strict=True):
            variable.assign(tf.reshape(tf.cast(part, variable.dtype), variable.shape))

    def layer_norms(self, gradient: Any) -> NDArray[np.float64]:
        """Return the norm of each layer's part, kernel and bias together, of a whole gradient."""
        sizes = [layer.count_params() for layer in dense_layers(self.model)]
        parts = np.split(np.asarray(gradient), np.cumsum(sizes)[:-1])
        return np.array([np.linalg.norm(part) for part in parts])

    def no_totals(self) -> Totals:
        """Return the totals of no rows."""
        return Totals(tf.zeros(1 + len(self.task.names), tf.float64), tf.zeros_like(self.start))

    def slice(self, train: Any, weights: Any, totals: Totals, start: int, end: int) -> Totals:
        """Add the chunks from `start` to `end` at `weights`, which the model then has."""
        bounds = tf.constant(start), tf.constant(end)
        # Any other type than a tensor would be traced, and so compiled, once more.
        added: Totals = self._slice(train, tf.convert_to_tensor(weights), totals, *bounds)
        return added

    def _traced_slice(self, train: Any, weights: Any, totals: Totals, start: Any, end: Any) -> Any:
        self.traces += 1
        self.place(weights)
        whole, short_rows = divmod(self.shape.train_rows, CHUNK_ROWS)
        chunk = start
        if whole:
            while chunk < tf.minimum(whole, end):
                totals = self._added(totals, train, chunk, CHUNK_ROWS)
                chunk += 1
        if short_rows:
            # A loop of at most one turn: the short chunk has a shape of its own.
            while chunk < end:
                totals = self._added(totals, train, chunk, short_rows)
                chunk += 1
        return totals

    def _added(self, totals: Totals, train: Any, chunk: Any, size: int) -> Totals:
        rows = tuple(_rows(part, chunk * CHUNK_ROWS, size) for part in train)
        figures, gradient = gradient_step(self.model, self.task, rows, self.shape.train_rows)
        return Totals(totals.figures + figures, totals.gradient + gradient)

    def _call_once(self, rows: Tensors) -> None:
        self.slice(rows.train, self.start, self.no_totals(), 0, 0)
        if rows.validation is not None:
            self.evaluate(rows.validation)


def _rows(part: Any, start: Any, size: int) -> Any:
    rest = part.shape[1:]
    return tf.slice(part, [start, *[0] * len(rest)], [size, *rest])
