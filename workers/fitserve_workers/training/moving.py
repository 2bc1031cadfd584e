"""Where the pixels of a moved image come from, and the image that they make."""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow.compiler.tf2xla.python.xla import dynamic_slice, dynamic_update_slice


class Affine(NamedTuple):
    """Where pixels of moved images come from, if nothing bends them; each float32, (rows, 1).

    That of column x and row y is at `cosine` · x + `sine` · y + `x` and `cosine` · y - `sine` · x
    + `y`.
    """

    cosine: Any
    sine: Any
    x: Any
    y: Any

    @classmethod
    def moving(cls, side: int, angle: Any, zoom: Any, shift_x: Any, shift_y: Any) -> "Affine":
        """Return what turns images, makes them larger and shifts them, in this order.

        Args:
            side: their height and width.
            angle: radians, from x towards y, around the centre; (rows, 1), as what follows.
            zoom: how many times as large, around the centre.
            shift_x: pixels to the right.
            shift_y: pixels down.
        """
        centre = (side - 1) / 2
        cosine, sine = tf.cos(angle) / zoom, tf.sin(angle) / zoom
        x, y = centre + shift_x, centre + shift_y
        return cls(cosine, sine, centre - cosine * x - sine * y, centre - cosine * y + sine * x)

    def sources(self, side: int) -> tuple[Any, Any]:
        """Return where each pixel comes from: columns x and rows y, (rows, pixels)."""
        row, column = np.divmod(np.arange(side * side, dtype=np.float32), np.float32(side))
        return self.of(column, row)

    def of(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return where the pixels at x and y come from."""
        to_x = self.cosine * x + self.sine * y + self.x
        return to_x, self.cosine * y - self.sine * x + self.y


class Neighbours(NamedTuple):
    """What is interpolated where pixels come from, in an image with a black frame.

    The frame is one pixel wide, and two where interpolation looks one further.

    Attributes:
        pixels: the upper left one of four, among those of the framed image, int32.
        right: how far right of it, float32.
        down: how far below it, likewise.
    """

    pixels: Any
    right: Any
    down: Any


def framed_side(side: int) -> int:
    """Return the side of an image with its frame."""
    return side + 3


def neighbours(side: int, x: Any, y: Any) -> Neighbours:
    """Return what is interpolated at the places x and y."""
    x, y = (tf.clip_by_value(part + 1, 0.0, side + 1.0) for part in (x, y))
    left, top = tf.floor(x), tf.floor(y)
    return Neighbours(tf.cast(top * framed_side(side) + left, tf.int32), x - left, y - top)


def _in_memory(side: int, x: Any, y: Any) -> Neighbours:
    """Return the neighbours of all places, (rows, pixels)."""
    shape = x.shape
    all_of = Neighbours(tf.zeros(shape, tf.int32), tf.zeros(shape), tf.zeros(shape))
    row = tf.constant(0)
    while row < shape[0]:
        # Out of a loop come numbers in memory. Else XLA works each of them out anew, on its
        # own, wherever a pixel is looked up.
        its = neighbours(side, *(dynamic_slice(part, [row, 0], [1, shape[1]]) for part in (x, y)))
        parts = zip(all_of, its, strict=True)
        all_of = Neighbours(*(dynamic_update_slice(old, new, [row, 0]) for old, new in parts))
        row += 1
    return all_of


def moved(images: Any, side: int, x: Any, y: Any) -> Any:
    """Return images whose pixels come from the places x and y, interpolated bilinearly.

    What comes from outside is black.
    """
    wide = framed_side(side)
    framed = tf.pad(tf.reshape(images, (-1, side, side)), ((0, 0), (1, 2), (1, 3)))
    # A pixel and its right neighbour are looked up as one number: half as many lookups.
    pairs = tf.complex(framed[:, :, :-1], framed[:, :, 1:])
    flat = tf.reshape(pairs, (-1, wide * wide))
    places, right, down = _in_memory(side, x, y)

    def line(start: Any) -> Any:
        pair = tf.gather(flat, start, batch_dims=1)
        first, second = tf.math.real(pair), tf.math.imag(pair)
        return first + right * (second - first)

    upper, lower = line(places), line(places + wide)
    return upper + down * (lower - upper)
