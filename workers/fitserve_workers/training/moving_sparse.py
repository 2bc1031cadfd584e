"""Moved images by what is not zero in them: one loop looks up, interpolates and keeps."""

from typing import Any, NamedTuple, Protocol

import tensorflow as tf
from tensorflow.compiler.tf2xla.python.xla import dynamic_slice, dynamic_update_slice

from fitserve_workers.training.moving import Affine, Neighbours, framed_side, neighbours
from fitserve_workers.training.nonzeros import Kept, Scratch, SparseRows

# What a turn takes: numbers of the image that is moved, and pixels of the one that comes out.
NUMBERS, PIXELS = 4, 8
# Of a pixel: more than rounding may move one, and too little to matter.
SLACK = 0.01


class Box(NamedTuple):
    """Columns from `left` up to `right`, and rows from `top` up to `bottom`, int32."""

    left: Any
    right: Any
    top: Any
    bottom: Any


class WayBack(Protocol):
    """Where the pixels of one moved image come from, line by line."""

    def lines(self, strokes: Box) -> tuple[Any, Any]:
        """Return the first line that `strokes` can get to, and that behind the last, int32."""
        ...

    def span(self, y: Any, strokes: Box) -> tuple[Any, Any]:
        """Return the same of the pixels of line `y`."""
        ...

    def sources(self, y: Any) -> tuple[Any, Any]:
        """Return where the pixels of line `y` come from: columns x and rows y, (side,)."""
        ...


class Straight(NamedTuple):
    """Moved by `affine` alone, scalars, in images of height and width `side`."""

    affine: Affine
    side: int

    def lines(self, strokes: Box) -> tuple[Any, Any]:  # noqa: D102
        # A pixel is interpolated as far as the next one on each side.
        left, right, top, bottom = (tf.cast(edge, tf.float32) for edge in strokes)
        cosine, sine, to_x, to_y = self.affine
        x, y = (left - 1 + right) / 2 - to_x, (top - 1 + bottom) / 2 - to_y
        reach = tf.abs(sine) * (right - left + 1) / 2 + cosine * (bottom - top + 1) / 2
        zoom = 1 / (cosine * cosine + sine * sine)
        return self._between(zoom * (sine * x + cosine * y - reach), 2 * zoom * reach)

    def span(self, y: Any, strokes: Box) -> tuple[Any, Any]:  # noqa: D102
        x = self.affine.sine * tf.cast(y, tf.float32) + self.affine.x
        left, right = (tf.cast(edge, tf.float32) for edge in strokes[:2])
        # Angles of 45° at most are drawn: the cosine is positive.
        zoom = 1 / self.affine.cosine
        return self._between(zoom * (left - 1 - x), zoom * (right - left + 1))

    def sources(self, y: Any) -> tuple[Any, Any]:  # noqa: D102
        return self.affine.of(tf.range(self.side, dtype=tf.float32), tf.cast(y, tf.float32))

    def _between(self, start: Any, length: Any) -> tuple[Any, Any]:
        edges = tf.math.ceil(start - SLACK), tf.floor(start + length + SLACK) + 1
        clipped = (tf.clip_by_value(edge, 0.0, float(self.side)) for edge in edges)
        first, behind = (tf.cast(edge, tf.int32) for edge in clipped)
        return first, behind


class Bent(NamedTuple):
    """Moved and then bent by `x` and `y`, (rows, pixels), of which image `row` is one."""

    moved: Straight
    x: Any
    y: Any
    row: Any

    def lines(self, strokes: Box) -> tuple[Any, Any]:  # noqa: ARG002, D102
        return tf.constant(0), tf.constant(self.moved.side)

    def span(self, y: Any, strokes: Box) -> tuple[Any, Any]:  # noqa: ARG002, D102
        return tf.constant(0), tf.constant(self.moved.side)

    def sources(self, y: Any) -> tuple[Any, Any]:  # noqa: D102
        side = self.moved.side
        from_x, from_y = self.moved.sources(y)
        bend_x, bend_y = (
            dynamic_slice(part, [self.row, y * side], [1, side])[0] for part in (self.x, self.y)
        )
        return from_x + bend_x, from_y + bend_y


def moved_rows(
    rows: SparseRows, side: int, affine: Affine, bend: tuple[Any, Any] | None, scratch: Scratch
) -> SparseRows:
    """Return what `moved` makes of images, by what is not zero before and after.

    Args:
        rows: the images.
        side: their height and width.
        affine: what moves them.
        bend: how much further columns x and rows y come from, (rows, pixels), if they do.
        scratch: where they are made.
    """

    def of_row(row: Any, kept: Kept) -> Kept:
        moved = Straight(Affine(*(part[row, 0] for part in affine)), side)
        way: WayBack = moved if bend is None else Bent(moved, *bend, row)
        image, strokes = _framed(rows, row, side)
        return _looked_up(image, side, way, strokes, kept)

    return scratch.rows(rows.spans.shape[0], of_row)


def _framed(rows: SparseRows, row: Any, side: int) -> tuple[Any, Box]:
    """Return an image with its frame and more behind it, and the box of what is not zero in it."""
    wide, room = framed_side(side), _room(side)
    image = tf.zeros(2 * room)
    place, end = rows.spans[row, 0], rows.spans[row, 1]
    # Not by index: TensorFlow would want the places while compiling, and compile for each order.
    first, last = (dynamic_slice(rows.columns, [each], [1])[0] for each in (place, end - 1))
    top, bottom = first // side, last // side + 1
    left, right = tf.fill([NUMBERS], side), tf.zeros(NUMBERS, tf.int32)
    places = tf.zeros(NUMBERS, tf.int32)
    while place < end:
        columns = dynamic_slice(rows.columns, [place], [NUMBERS])
        values = dynamic_slice(rows.values, [place], [NUMBERS])
        inside = place + tf.range(NUMBERS) < end
        # A quotient of unsigned numbers is a product to XLA.
        y = tf.cast(tf.cast(columns, tf.uint32) // side, tf.int32)
        x = columns - y * side
        left = tf.minimum(left, tf.where(inside, x, side))
        right = tf.maximum(right, tf.where(inside, x + 1, 0))
        framed = tf.where(inside, (y + 1) * wide + x + 1, 2 * room - 1)
        places = dynamic_update_slice(places, framed, [0])
        for each in range(NUMBERS):
            at = _cut(places[each], 2 * room)
            image = dynamic_update_slice(image, values[each : each + 1], [at])
        place += NUMBERS
    return image, Box(tf.reduce_min(left), tf.reduce_max(right), top, bottom)


def _looked_up(image: Any, side: int, way: WayBack, strokes: Box, kept: Kept) -> Kept:
    y, bottom = way.lines(strokes)
    # Behind a line there is room for a turn, black.
    line = Neighbours(tf.zeros(side + PIXELS, tf.int32), *[tf.zeros(side + PIXELS)] * 2)
    values = tf.zeros(PIXELS)
    while y < bottom:
        # What is written to an array XLA works out once; the rest anew wherever it is used.
        its = zip(line, neighbours(side, *way.sources(y)), strict=True)
        line = Neighbours(*(dynamic_update_slice(old, new, [0]) for old, new in its))
        x, right = way.span(y, strokes)
        while x < right:
            its_line = (dynamic_slice(part, [x], [PIXELS]) for part in line)
            values = dynamic_update_slice(values, _interpolated(image, side, *its_line), [0])
            for each in range(PIXELS):
                kept = kept.with_number(y * side + x + each, values[each])
            x += PIXELS
        y += 1
    return kept


def _interpolated(image: Any, side: int, pixels: Any, right: Any, down: Any) -> Any:
    def between(first: Any) -> Any:
        left = tf.gather(image, first)
        return left + right * (tf.gather(image, first + 1) - left)

    pixels = _cut(pixels, _room(side))
    upper, lower = between(pixels), between(pixels + framed_side(side))
    return upper + down * (lower - upper)


def _room(side: int) -> int:
    """Return the least power of two that numbers of a framed image's pixels stay below."""
    return 1 << (framed_side(side) ** 2).bit_length()


def _cut(pixels: Any, room: int) -> Any:
    """Return numbers as they are, but known to be below `room`: XLA need not make sure of it."""
    return tf.bitwise.bitwise_and(pixels, room - 1)
