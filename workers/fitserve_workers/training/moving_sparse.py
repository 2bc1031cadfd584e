"""Moved images by what is not zero in them: one loop looks up, interpolates and keeps."""

import math
from typing import Any, NamedTuple

import tensorflow as tf
from tensorflow.compiler.tf2xla.python.xla import dynamic_slice, dynamic_update_slice

from fitserve_workers.training.moving import Affine, Neighbours, framed_side, neighbours
from fitserve_workers.training.nonzeros import Kept, SparseRows, sparse_rows

# Pixels that a turn looks up; fewer where they would not share out a line.
TOGETHER = 4
# Of a pixel: more than rounding may move one, and too little to matter.
SLACK = 0.01


class Box(NamedTuple):
    """Columns from `left` up to `right`, and rows from `top` up to `bottom`, int32."""

    left: Any
    right: Any
    top: Any
    bottom: Any


def moved_rows(
    rows: SparseRows, side: int, sources: tuple[Any, Any], affine: Affine | None
) -> SparseRows:
    """Return what `moved` makes of images, by what is not zero before and after.

    Args:
        rows: the images.
        side: their height and width.
        sources: where each pixel comes from, x and y, (rows, pixels).
        affine: what moves them, if nothing else does: only where strokes can get to is looked at.
    """
    count, pixels = rows.spans.shape[0], side * side
    of_all = neighbours(side, *sources)

    def of_row(row: Any) -> Kept:
        image, strokes = _framed(rows, row, side)
        box = Box(0, side, 0, side)
        if affine is not None:
            box = _reached(strokes, side, *(part[row, 0] for part in affine))
        its = Neighbours(*(dynamic_slice(part, [row, 0], [1, pixels])[0] for part in of_all))
        return _looked_up(image, side, its, box)

    return sparse_rows(count, pixels, of_row)


def _framed(rows: SparseRows, row: Any, side: int) -> tuple[Any, Box]:
    """Return an image with its frame, and the box of what is not zero in it."""
    wide = framed_side(side)
    image = tf.zeros(wide * wide)
    place, end = rows.spans[row, 0], rows.spans[row, 1]
    # Not by index: TensorFlow would want the places while compiling, and compile for each order.
    first, last = (dynamic_slice(rows.columns, [each], [1])[0] for each in (place, end - 1))
    top, bottom = first // side, last // side + 1
    left, right = tf.constant(side), tf.constant(0)
    while place < end:
        y = rows.columns[place] // side
        x = rows.columns[place] - y * side
        left, right = tf.minimum(left, x), tf.maximum(right, x + 1)
        value = dynamic_slice(rows.values, [place], [1])
        image = dynamic_update_slice(image, value, [(y + 1) * wide + x + 1])
        place += 1
    return image, Box(left, right, top, bottom)


def _reached(box: Box, side: int, angle: Any, zoom: Any, shift_x: Any, shift_y: Any) -> Box:
    """Return the box around a box that was moved."""
    centre = (side - 1) / 2
    left, right, top, bottom = (tf.cast(edge, tf.float32) for edge in box)
    x, y = (left + right - 1) / 2 - centre, (top + bottom - 1) / 2 - centre
    # A pixel is interpolated as far as the next one on each side.
    half_width, half_height = (right - left + 1) / 2, (bottom - top + 1) / 2
    cosine, sine = zoom * tf.cos(angle), zoom * tf.sin(angle)
    across = tf.abs(cosine) * half_width + tf.abs(sine) * half_height + SLACK
    along = tf.abs(sine) * half_width + tf.abs(cosine) * half_height + SLACK
    x, y = cosine * x - sine * y + centre + shift_x, sine * x + cosine * y + centre + shift_y
    first = tf.math.ceil(x - across), tf.math.ceil(y - along)
    behind = tf.floor(x + across) + 1, tf.floor(y + along) + 1
    edges = first[0], behind[0], first[1], behind[1]
    return Box(*(tf.cast(tf.clip_by_value(edge, 0.0, float(side)), tf.int32) for edge in edges))


def _looked_up(image: Any, side: int, its: Neighbours, box: Box) -> Kept:
    together, wide = math.gcd(side, TOGETHER), framed_side(side)
    kept, y = Kept.none(side * side), tf.convert_to_tensor(box.top)
    while y < box.bottom:
        place = y * side + box.left // together * together
        while place < y * side + box.right:
            pixels, right, down = (dynamic_slice(part, [place], [together]) for part in its)
            upper = _between(image, pixels, right)
            lower = _between(image, pixels + wide, right)
            values = upper + down * (lower - upper)
            for each in range(together):
                kept = kept.with_number(place + each, values[each])
            place += together
        y += 1
    return kept


def _between(image: Any, pixels: Any, right: Any) -> Any:
    first = tf.gather(image, pixels)
    return first + right * (tf.gather(image, pixels + 1) - first)
