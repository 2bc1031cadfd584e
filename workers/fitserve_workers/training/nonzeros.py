"""Matrices by what is not zero in them, and their products with a kernel."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow.compiler.tf2xla.python.xla import dynamic_slice, dynamic_update_slice

from fitserve_core.datasets.dataset import Array

LARGEST_SHARE = 0.25
# Columns that a turn of the products' loop takes: with one, a row's sum is written and read again
# for each.
TOGETHER = 4
# Numbers that a turn takes which changes values; of all loops it looks furthest beyond a row's end.
CHUNK = 32
SPARE = CHUNK - 1


class SparseRows(NamedTuple):
    """Some rows of a matrix, by what is not zero in them.

    Attributes:
        spans: where each row's numbers start and end among all, int32, (rows, 2).
        columns: of the numbers, row after row, int32; at least `SPARE` more of no meaning.
        values: the numbers themselves, float32, likewise.
    """

    spans: Any
    columns: Any
    values: Any


class NonZeros(NamedTuple):
    """A matrix by what is not zero in it: compressed sparse rows.

    Matrices of a size take as much room as any of them may, so that a program fits them all.

    Attributes:
        starts: where each row's numbers start, and where the last one's end, int32, (rows + 1,).
        columns: of the numbers, row after row, int32.
        values: the numbers themselves, float32.
    """

    starts: Any
    columns: Any
    values: Any

    def of(self, rows: Any) -> SparseRows:
        """Return the rows whose numbers are `rows`, int32."""
        spans = [tf.gather(self.starts, rows), tf.gather(self.starts, rows + 1)]
        return SparseRows(tf.stack(spans, axis=1), self.columns, self.values)


def non_zeros(matrix: Array) -> NonZeros | None:
    """Return `matrix`, float32 (rows, columns), so; None where zeros are too few or all."""
    room = int(LARGEST_SHARE * matrix.size)
    places = np.flatnonzero(matrix)
    if not 0 < len(places) <= room:
        return None
    rows, width = matrix.shape
    starts = np.searchsorted(places, np.arange(rows + 1) * width)
    columns = np.zeros(room + SPARE, np.int32)
    values = np.zeros(room + SPARE, np.float32)
    columns[: len(places)] = places % width
    values[: len(places)] = matrix.ravel()[places]
    return NonZeros(tf.constant(starts, tf.int32), tf.constant(columns), tf.constant(values))


class Kept(NamedTuple):
    """What is not zero in a row, so far.

    Attributes:
        columns: of the numbers, int32, with room for more than a row.
        values: the numbers themselves, float32, likewise.
        count: how many there are.
    """

    columns: Any
    values: Any
    count: Any

    @classmethod
    def none(cls, width: int) -> "Kept":
        """Return nothing, of a row of `width` numbers."""
        # A power of two: XLA need not make sure of places that are cut to its bits.
        room = 1 << width.bit_length()
        return cls(tf.zeros(room, tf.int32), tf.zeros(room), tf.constant(0))

    def emptied(self) -> "Kept":
        """Return nothing, in the same arrays."""
        return Kept(self.columns, self.values, tf.constant(0))

    def with_number(self, column: Any, value: Any) -> "Kept":
        """Return what is kept with one number more, unless it is zero."""
        # A zero is written too, and the next number over it.
        place = tf.bitwise.bitwise_and(self.count, self.columns.shape[0] - 1)
        columns = dynamic_update_slice(self.columns, [column], [place])
        values = dynamic_update_slice(self.values, [value], [place])
        return Kept(columns, values, self.count + tf.cast(value != 0, tf.int32))


class Scratch:
    """Arrays that rows are made in, step after step: new ones XLA would fill with zeros each time.

    Args:
        count: of rows, at most.
        width: how many numbers a row has, zeros included.
    """

    def __init__(self, count: int, width: int) -> None:
        self._width = width
        room = (count - 1) * width + Kept.none(width).columns.shape[0] + SPARE
        self._columns = tf.Variable(tf.zeros(room, tf.int32), trainable=False)
        self._values = tf.Variable(tf.zeros(room), trainable=False)

    def rows(self, count: int, of_row: Callable[[Any, Kept], Kept]) -> SparseRows:
        """Return `count` rows, made one after the other; they last until the next call.

        Args:
            count: how many.
            of_row: makes the row of a number, in what it is given of kept numbers, none yet.
        """
        kept = Kept.none(self._width)
        columns, values = (tf.convert_to_tensor(part) for part in (self._columns, self._values))
        ends, row, end = tf.zeros(count, tf.int32), tf.constant(0), tf.constant(0)
        while row < count:
            # Row by row: XLA makes one function of a loop that holds no more than that.
            kept = of_row(row, kept.emptied())
            # What a row has no use for, the next one is written over.
            columns = dynamic_update_slice(columns, kept.columns, [end])
            values = dynamic_update_slice(values, kept.values, [end])
            end += kept.count
            ends = dynamic_update_slice(ends, [end], [row])
            row += 1
        self._columns.assign(columns)
        self._values.assign(values)
        starts = tf.concat([[0], ends[:-1]], axis=0)
        return SparseRows(tf.stack([starts, ends], axis=1), columns, values)


def with_values(rows: SparseRows, width: int, change: Callable[[Any, Any, Any], Any]) -> SparseRows:
    """Return the same columns of rows with other values, zero ones perhaps.

    Args:
        rows: what is changed.
        width: how many numbers a row has, zeros included.
        change: makes new values of a row's number, `CHUNK` of its columns and their values.
    """
    count = rows.spans.shape[0]
    room = -(-width // CHUNK) * CHUNK
    columns, values = tf.zeros(count * room, tf.int32), tf.zeros(count * room)
    row = tf.constant(0)
    while row < count:
        place, to = rows.spans[row, 0], row * room
        while place < rows.spans[row, 1]:
            its_columns = dynamic_slice(rows.columns, [place], [CHUNK])
            its_values = dynamic_slice(rows.values, [place], [CHUNK])
            columns = dynamic_update_slice(columns, its_columns, [to])
            values = dynamic_update_slice(values, change(row, its_columns, its_values), [to])
            place += CHUNK
            to += CHUNK
        row += 1
    starts = room * tf.range(count)
    ends = starts + rows.spans[:, 1] - rows.spans[:, 0]
    return SparseRows(tf.stack([starts, ends], axis=1), columns, values)


def products(rows: SparseRows, kernel: Any) -> Any:
    """Return the rows times `kernel`, float32, (rows, units)."""
    count, units = rows.spans.shape[0], kernel.shape[1]
    result = tf.zeros((count, units))
    row = tf.constant(0)
    while row < count:
        of_row = tf.zeros((1, units))
        place, end = rows.spans[row, 0], rows.spans[row, 1]
        while place < end:
            columns = dynamic_slice(rows.columns, [place], [TOGETHER])
            values = dynamic_slice(rows.values, [place], [TOGETHER])
            values = tf.where(place + tf.range(TOGETHER) < end, values, 0.0)
            weights = [
                values[each] * dynamic_slice(kernel, [columns[each], 0], [1, units])
                for each in range(TOGETHER)
            ]
            of_row += tf.add_n(weights)
            place += TOGETHER
        result = dynamic_update_slice(result, of_row, [row, 0])
        row += 1
    return result
