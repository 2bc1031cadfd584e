"""Where the pixels of a moved image come from, and the image that they make."""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow.compiler.tf2xla.python.xla import dynamic_slice, dynamic_update_slice


class Affine(NamedTuple):
    """How images are turned, made larger and shifted, in this order; each float32, (rows, 1).

    Attributes:
        angle: radians, from x towards y, around the centre.
        zoom: how many times as large, around the centre.
        shift_x: pixels to the right.
        shift_y: pixels down.
    """

    angle: Any
    zoom: Any
    shift_x: Any
    shift_y: Any

    def sources(self, side: int) -> tuple[Any, Any]:
        """Return where each pixel comes from: columns x and rows y, (rows, pixels)."""
        centre = (side - 1) / 2
        row, column = np.divmod(np.arange(side * side, dtype=np.float32), np.float32(side))
        x, y = column - centre - self.shift_x, row - centre - self.shift_y
        cosine, sine = tf.cos(self.angle) / self.zoom, tf.sin(self.angle) / self.zoom
        return cosine * x + sine * y + centre, cosine * y - sine * x + centre


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
    """Return what is interpolated at the places x and y, (rows, pixels)."""
    shape = x.shape
    pixels, right, down = tf.zeros(shape, tf.int32), tf.zeros(shape), tf.zeros(shape)
    row = tf.constant(0)
    while row < shape[0]:
        # Out of a loop come numbers in memory. Else XLA works each of them out anew, on its
        # own, wherever a pixel is looked up.
        x_row, y_row = (
            tf.clip_by_value(dynamic_slice(part, [row, 0], [1, shape[1]]) + 1, 0.0, side + 1.0)
            for part in (x, y)
        )
        left, top = tf.floor(x_row), tf.floor(y_row)
        pixel = tf.cast(top * framed_side(side) + left, tf.int32)
        pixels = dynamic_update_slice(pixels, pixel, [row, 0])
        right = dynamic_update_slice(right, x_row - left, [row, 0])
        down = dynamic_update_slice(down, y_row - top, [row, 0])
        row += 1
    return Neighbours(pixels, right, down)


def moved(images: Any, side: int, x: Any, y: Any) -> Any:
    """Return images whose pixels come from the places x and y, interpolated bilinearly.

    What comes from outside is black.
    """
    wide = framed_side(side)
    framed = tf.pad(tf.reshape(images, (-1, side, side)), ((0, 0), (1, 2), (1, 3)))
    # A pixel and its right neighbour are looked up as one number: half as many lookups.
    pairs = tf.complex(framed[:, :, :-1], framed[:, :, 1:])
    flat = tf.reshape(pairs, (-1, wide * wide))
    places, right, down = neighbours(side, x, y)

    def line(start: Any) -> Any:
        pair = tf.gather(flat, start, batch_dims=1)
        first, second = tf.math.real(pair), tf.math.imag(pair)
        return first + right * (second - first)

    upper, lower = line(places), line(places + wide)
    return upper + down * (lower - upper)
