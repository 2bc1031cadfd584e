"""Dropout of a batch, or of what is not zero in it."""

from typing import Any

import keras
import tensorflow as tf

from fitserve_workers.training.noise import Noise
from fitserve_workers.training.nonzeros import SparseRows, with_values

# Bits that decide whether a number stays, and how many numbers a random word decides on.
BITS, NUMBERS_A_WORD = 16, 4


class SeededDropout(keras.layers.Layer):  # type: ignore[misc]
    """Inverted dropout: while training, a share `rate` is zero and the rest divided by 1 − rate.

    The share is rounded to a multiple of 2⁻¹⁶.

    Source: Srivastava et al., 2014.
    """

    def __init__(self, rate: float, noise: Noise, place: int, name: str) -> None:
        super().__init__(name=name)
        self.rate = rate
        self._noise = noise
        self._place = place

    def call(self, inputs: Any, *, training: bool | None = None) -> Any:
        """Return `inputs`, thinned out while training."""
        if not training:
            return inputs
        rows, width = inputs.shape
        bits = tf.reshape(tf.bitcast(self._words(rows, width), tf.uint16), (rows, -1))
        return inputs * self._factors(bits[:, :width])

    def of_rows(self, rows: SparseRows, width: int) -> SparseRows:
        """Return what a call makes of `rows` of `width` numbers while training."""
        words = self._words(rows.spans.shape[0], width)
        flat, a_row = tf.reshape(words, [-1]), words.shape[1]

        def thinned(row: Any, columns: Any, values: Any) -> Any:
            # Bit by bit: XLA's quotients of signed numbers take several steps each.
            places = tf.bitwise.right_shift(columns, 2)
            shifts = tf.cast(BITS * tf.bitwise.bitwise_and(columns, 3), tf.uint64)
            bits = tf.bitwise.right_shift(tf.gather(flat, row * a_row + places), shifts)
            return values * self._factors(tf.bitwise.bitwise_and(bits, 2**BITS - 1))

        return with_values(rows, width, thinned)

    def _words(self, rows: int, width: int) -> Any:
        return self._noise.words(self._place, rows, -(-width // NUMBERS_A_WORD))

    def _factors(self, bits: Any) -> Any:
        kept = tf.cast(bits, tf.int32) >= round(self.rate * 2**BITS)
        return tf.where(kept, 1 / (1 - self.rate), 0.0)
