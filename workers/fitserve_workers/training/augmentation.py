"""Images of a mini-batch, moved, bent and made noisy by draws of their own."""

import math
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fitserve_core.spec import Augmentation
from fitserve_workers.training.moving import Affine, moved
from fitserve_workers.training.moving_sparse import moved_rows
from fitserve_workers.training.noise import Noise
from fitserve_workers.training.nonzeros import Scratch, SparseRows

MOVES, ELASTIC, NOISE = range(3)
KINDS = 3
PIXEL_VALUES = 255.0


class Augmenter:
    """Changes mini-batches of square images.

    Args:
        knobs: how far.
        side: height and width of the images.
        noise: random numbers of the run's steps, for `KINDS` places.
        scratch: where images are made by what is not zero in them, if any are.
    """

    def __init__(
        self, knobs: Augmentation, side: int, noise: Noise, scratch: Scratch | None = None
    ) -> None:
        self._knobs = knobs
        self._side = side
        self._noise = noise
        self._scratch = scratch

    def __call__(self, images: Any) -> Any:
        """Return changed images, float32 (rows, side · side), values from 0 to 1."""
        rows = images.shape[0]
        if self._knobs.moves:
            x, y = self._affine(rows).sources(self._side)
            bend = self._bend(rows)
            if bend is not None:
                x, y = x + bend[0], y + bend[1]
            images = moved(images, self._side, x, y)
        if self._knobs.noise:
            deviation = self._knobs.noise / PIXEL_VALUES
            images = images + deviation * self._normal(images.shape)
            images = tf.clip_by_value(images, 0.0, 1.0)
        return images

    def of_rows(self, rows: SparseRows) -> SparseRows:
        """Return what a call makes of the rows' images, if there is no noise."""
        if not self._knobs.moves:
            return rows
        assert self._scratch is not None
        count = rows.spans.shape[0]
        ways = self._affine(count), self._bend(count)
        return moved_rows(rows, self._side, *ways, self._scratch)

    def _affine(self, rows: int) -> Affine:
        knobs, draws = self._knobs, 2 * self._noise.uniform(MOVES, (4, rows, 1)) - 1
        return Affine.moving(
            self._side,
            angle=math.radians(knobs.rotation) * draws[0],
            zoom=1 + knobs.scale * draws[1],
            shift_x=knobs.shift * draws[2],
            shift_y=knobs.shift * draws[3],
        )

    def _bend(self, rows: int) -> tuple[Any, Any] | None:
        side, elastic = self._side, self._knobs.elastic
        if not elastic.alpha:
            return None
        field = 2 * self._noise.uniform(ELASTIC, (2 * rows, side, side)) - 1
        blur = tf.constant(gaussian_blur(side, elastic.sigma))
        # A Gaussian is separable: first along the rows of the field, then along its columns.
        for _ in range(2):
            along = tf.matmul(tf.reshape(field, (-1, side)), blur)
            field = tf.transpose(tf.reshape(along, (-1, side, side)), (0, 2, 1))
        bend = elastic.alpha * tf.reshape(field, (2, rows, side * side))
        return bend[0], bend[1]

    def _normal(self, shape: Any) -> Any:
        # Irwin and Hall: twelve uniform numbers less six have nearly a normal's distribution; four
        # do here, and cost less than a logarithm and a cosine of each pixel.
        uniform = self._noise.uniform(NOISE, (4, *shape))
        return (tf.reduce_sum(uniform, axis=0) - 2) * math.sqrt(3)


def gaussian_blur(side: int, sigma: float) -> NDArray[np.float32]:
    """Return the matrix that smooths a line of `side` numbers; what lies outside counts as zero."""
    distance = np.subtract.outer(np.arange(side), np.arange(side))
    weights = np.exp(-0.5 * (distance / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
    return weights.astype(np.float32)
