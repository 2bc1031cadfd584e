"""Digits of 28 × 28 pixels, as prediction requests bring them: lists of numbers, or images."""

from itertools import chain
from typing import Any

import numpy as np

from fitserve_core.datasets.dataset import Array
from fitserve_core.errors import InvalidInputError
from fitserve_core.received import describe, json_safe, quote

SIDE = 28
PIXELS = SIDE * SIDE
WHITE = 255
EXPECTED = (
    f"{PIXELS} numbers from 0 (black) to {WHITE} (white), {SIDE} × {SIDE} such numbers, or "
    '{"b64": …} of a PNG or JPEG'
)

_NUMBERS = {int, float}
# Of what an instance holds nothing else, it may be scaled already (or black).
_SCALED = b"\x00\x01"


def decode(instances: list[Any], source: bytes | None) -> Array:
    """Return digits as float32 (n, 784), pixels from 0 to 255; white on black, as MNIST is.

    Args:
        instances: parsed JSON.
        source: the JSON that they were read from, if it is at hand.

    Raises:
        InvalidInputError: the first instance that is no digit.
    """
    rows = None if source is None else _decode_whole(instances, source)
    if rows is None:
        rows = _decode_together(instances)
    if rows is None:
        rows = np.stack([_decode_one(one, index) for index, one in enumerate(instances)])
    return rows


def example() -> list[Any]:
    """Return one digit: a slanted stroke with soft edges, a handwritten 1."""
    row, column = np.mgrid[:SIDE, :SIDE]
    distance = np.abs(column - (16.5 - 0.2 * (row - 4)))
    stroke = np.clip(2.2 - distance, 0, 1) * ((row >= 4) & (row < 24))
    return [np.rint(stroke * WHITE).astype(int).ravel().tolist()]


def whole_pixels(pixels: bytes) -> Array | None:
    """Return digits whose pixels are bytes as float32 (n, 784); None if one looks scaled, or black.

    Args:
        pixels: n × 784 of them.
    """
    for start in range(0, len(pixels), PIXELS):
        if not pixels[start : start + PIXELS].strip(_SCALED):
            return None
    return np.frombuffer(pixels, np.uint8).astype(np.float32).reshape(-1, PIXELS)


def _decode_whole(instances: list[Any], source: bytes) -> Array | None:
    """Return all rows, read as bytes in a fraction of the time; None unless all are 784 integers.

    Those are the pixels of nearly everybody.
    """
    if b"true" in source or b"false" in source:  # which bytes would take for numbers
        return None
    try:
        rows = [bytes(one) for one in instances if type(one) is list and len(one) == PIXELS]
    except (TypeError, ValueError):
        return None
    return whole_pixels(b"".join(rows)) if len(rows) == len(instances) else None


def _decode_together(instances: list[Any]) -> Array | None:
    """Return all rows by one conversion, or None unless all are good lists of one shape."""
    try:
        numbers = chain.from_iterable(instances)
        if isinstance(instances[0][0], list):
            numbers = chain.from_iterable(numbers)
        # NumPy would take a boolean for a number and a string of digits for its value.
        if not set(map(type, numbers)) <= _NUMBERS:
            return None
        with np.errstate(over="ignore"):
            rows = np.asarray(instances, np.float32)
    except (TypeError, ValueError, LookupError, OverflowError):
        return None
    if rows.shape[1:] not in {(PIXELS,), (SIDE, SIDE)}:
        return None
    rows = rows.reshape(len(rows), PIXELS)
    return rows if are_pixels(rows) else None


def are_pixels(rows: Array) -> bool:
    """Tell whether rows, (n, 784) and n at least 1, hold pixels from 0 to 255, not scaled ones."""
    brightest = rows.max(axis=1)
    in_range = rows.min() >= 0 and brightest.max() <= WHITE
    return bool(in_range and not _looks_scaled(brightest).any())


def _decode_one(instance: Any, index: int) -> Array:
    param = f"instances[{index}]"
    if isinstance(instance, dict):
        # Imported where it is needed: few send images, and Pillow takes memory.
        from fitserve_core.predictions.images import decode_image  # noqa: PLC0415

        pixels = decode_image(instance, param, SIDE)
    else:
        pixels = _decode_list(instance, param)
    if _looks_scaled(pixels.max()):
        raise _refusal(
            param,
            f"pixels from 0 to {WHITE}",
            f"values from 0 to {pixels.max():g} only: scaled already? multiply by {WHITE}",
            instance,
        )
    return pixels


def _decode_list(instance: Any, param: str) -> Array:
    numbers = _flatten(instance)
    if numbers is None or len(numbers) != PIXELS:
        received = describe(instance) if isinstance(instance, list) else quote(instance)
        raise _refusal(param, EXPECTED, received, instance)
    for position, number in enumerate(numbers):
        if type(number) not in _NUMBERS or not 0 <= number <= WHITE:
            raise _refusal(param, EXPECTED, f"{quote(number)} as pixel {position}", number)
    return np.array(numbers, np.float32)


def _flatten(instance: Any) -> list[Any] | None:
    if not isinstance(instance, list):
        return None
    if len(instance) == SIDE and all(type(row) is list and len(row) == SIDE for row in instance):
        return list(chain.from_iterable(instance))
    return instance


def _looks_scaled(brightest: Any) -> Any:
    return (brightest > 0) & (brightest <= 1)


def _refusal(param: str, expected: str, received: str, value: object) -> InvalidInputError:
    return InvalidInputError(
        f"{param}: expected {expected}; received {received}",
        param=param,
        received=json_safe(value),
    )
