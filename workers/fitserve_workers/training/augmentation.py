"""Images of a mini-batch, moved, bent and made noisy by draws of their own."""

import math
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.compiler.tf2xla.python.xla import dynamic_slice, dynamic_update_slice

from fitserve_core.spec import Augmentation
from fitserve_workers.training.dropout import Noise

MOVES, ELASTIC, NOISE = range(3)
KINDS = 3
PIXEL_VALUES = 255.0


class Augmenter:
    """Changes mini-batches of square images.

    Args:
        knobs: how far.
        side: height and width of the images.
        noise: random numbers of the run's steps, for `KINDS` places.
    """

    def __init__(self, knobs: Augmentation, side: int, noise: Noise) -> None:
        self._knobs = knobs
        self._side = side
        self._noise = noise

    def __call__(self, images: Any) -> Any:
        """Return changed images, float32 (rows, side · side), values from 0 to 1."""
        rows = images.shape[0]
        if self._knobs.moves:
            images = moved(images, self._side, *self._sources(rows))
        if self._knobs.noise:
            deviation = self._knobs.noise / PIXEL_VALUES
            images = images + deviation * self._normal(images.shape)
            images = tf.clip_by_value(images, 0.0, 1.0)
        return images

    def _sources(self, rows: int) -> tuple[Any, Any]:
        knobs, draws = self._knobs, 2 * self._noise.uniform(MOVES, (4, rows, 1)) - 1
        angle = math.radians(knobs.rotation) * draws[0]
        zoom = 1 + knobs.scale * draws[1]
        shift_x, shift_y = knobs.shift * draws[2], knobs.shift * draws[3]
        x, y = sources(self._side, angle, zoom, shift_x, shift_y)
        if knobs.elastic.alpha:
            bend = self._displacement(rows)
            x, y = x + bend[0], y + bend[1]
        return x, y

    def _displacement(self, rows: int) -> Any:
        side, elastic = self._side, self._knobs.elastic
        field = 2 * self._noise.uniform(ELASTIC, (2 * rows, side, side)) - 1
        blur = tf.constant(gaussian_blur(side, elastic.sigma))
        # A Gaussian is separable: first along the rows of the field, then along its columns.
        for _ in range(2):
            along = tf.matmul(tf.reshape(field, (-1, side)), blur)
            field = tf.transpose(tf.reshape(along, (-1, side, side)), (0, 2, 1))
        return elastic.alpha * tf.reshape(field, (2, rows, side * side))

    def _normal(self, shape: Any) -> Any:
        # Irwin and Hall: twelve uniform numbers less six have nearly a normal's distribution; four
        # do here, and cost less than a logarithm and a cosine of each pixel.
        uniform = self._noise.uniform(NOISE, (4, *shape))
        return (tf.reduce_sum(uniform, axis=0) - 2) * math.sqrt(3)


def sources(side: int, angle: Any, zoom: Any, shift_x: Any, shift_y: Any) -> tuple[Any, Any]:
    """Return where each pixel of a moved image comes from: columns x and rows y, (rows, pixels).

    The image is turned by `angle` (radians, from x towards y), made `zoom` times as large around
    its centre, then shifted; each argument is (rows, 1).
    """
    centre = (side - 1) / 2
    row, column = np.divmod(np.arange(side * side, dtype=np.float32), np.float32(side))
    x, y = column - centre - shift_x, row - centre - shift_y
    cosine, sine = tf.cos(angle) / zoom, tf.sin(angle) / zoom
    return cosine * x + sine * y + centre, cosine * y - sine * x + centre


def moved(images: Any, side: int, x: Any, y: Any) -> Any:
    """Return images whose pixels come from the places x and y, interpolated bilinearly.

    What comes from outside is black.
    """
    # A black frame of one pixel; two where interpolation looks one further.
    wide = side + 3
    framed = tf.pad(tf.reshape(images, (-1, side, side)), ((0, 0), (1, 2), (1, 3)))
    # A pixel and its right neighbour are looked up as one number: half as many lookups.
    pairs = tf.complex(framed[:, :, :-1], framed[:, :, 1:])
    flat = tf.reshape(pairs, (-1, wide * wide))
    places, right, down = _neighbours(side, x, y)

    def line(start: Any) -> Any:
        pair = tf.gather(flat, start, batch_dims=1)
        first, second = tf.math.real(pair), tf.math.imag(pair)
        return first + right * (second - first)

    upper, lower = line(places), line(places + wide)
    return upper + down * (lower - upper)


def _neighbours(side: int, x: Any, y: Any) -> tuple[Any, Any, Any]:
    """Return each place's upper left pixel in a framed image, and how far right and down of it."""
    shape = x.shape
    pixels, right, down = tf.zeros(shape, tf.int32), tf.zeros(shape), tf.zeros(shape)
    row = tf.constant(0)
    while row < shape[0]:
        # Out of a loop come numbers in memory. Else XLA works each of them out anew, on its own,
        # wherever a pixel is looked up.
        x_row, y_row = (
            tf.clip_by_value(dynamic_slice(part, [row, 0], [1, shape[1]]) + 1, 0.0, side + 1.0)
            for part in (x, y)
        )
        left, top = tf.floor(x_row), tf.floor(y_row)
        pixel = tf.cast(top * (side + 3) + left, tf.int32)
        pixels = dynamic_update_slice(pixels, pixel, [row, 0])
        right = dynamic_update_slice(right, x_row - left, [row, 0])
        down = dynamic_update_slice(down, y_row - top, [row, 0])
        row += 1
    return pixels, right, down


def gaussian_blur(side: int, sigma: float) -> NDArray[np.float32]:
    """Return the matrix that smooths a line of `side` numbers; what lies outside counts as zero."""
    distance = np.subtract.outer(np.arange(side), np.arange(side))
    weights = np.exp(-0.5 * (distance / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
    return weights.astype(np.float32)
