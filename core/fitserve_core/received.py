"""What an error says of the value that it refuses: short, and safe to send as strict JSON."""

import json
import math
from itertools import islice
from typing import Any

MAX_CHARACTERS = 200
MAX_ITEMS = 10
MAX_DEPTH = 3

_SAFE_INTEGER = 2**53


class _TooLongError(Exception):
    """A list or an object that had better be described."""


def json_safe(value: object) -> Any:
    """Return `value` as strict JSON carries it; long lists and objects by a description.

    NaN and infinities become the strings `NaN`, `Infinity` and `-Infinity`, integers beyond 2**53
    strings of digits; strings end after 200 characters.
    """
    try:
        return _plain(value)
    except _TooLongError:
        return describe(value)


def quote(value: object) -> str:
    """Return `value` as a message shows it: as JSON, or described where it is long."""
    if isinstance(value, float):
        return json.dumps(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _digits(value)
    try:
        return json.dumps(_plain(value), ensure_ascii=False)
    except _TooLongError:
        return describe(value)


def describe(value: object) -> str:
    """Return what kind of value this is and how much of it there is, such as `783 numbers`."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return f"a string of {_count(value, 'character')}"
        case list() | tuple():
            return _describe_list(value)
        case dict():
            shown = ", ".join(shorten(str(key), 40) for key in islice(value, MAX_ITEMS))
            more = ", …" if len(value) > MAX_ITEMS else ""
            return f"an object with {_count(value, 'field')}: {shown}{more}" if value else "{}"
        case _:
            return f"a value of type {type(value).__name__}"


def shorten(text: str, characters: int = MAX_CHARACTERS) -> str:
    """Return `text` cut off after so many characters, and encodable as UTF-8."""
    cut = text if len(text) <= characters else f"{text[:characters]}…"
    return cut.encode("utf-8", "replace").decode()


def _plain(value: object, depth: int = MAX_DEPTH) -> Any:
    match value:
        case None | bool():
            return value
        case int():
            return value if abs(value) <= _SAFE_INTEGER else _digits(value)
        case float():
            return value if math.isfinite(value) else json.dumps(value)
        case str():
            return shorten(value)
        case list() | tuple() if len(value) <= MAX_ITEMS and depth:
            return [_plain(item, depth - 1) for item in value]
        case dict() if len(value) <= MAX_ITEMS and depth:
            return {shorten(str(key), 40): _plain(item, depth - 1) for key, item in value.items()}
        case _:
            raise _TooLongError


def _digits(number: int) -> str:
    bits = number.bit_length()
    return str(number) if bits <= 256 else f"an integer of {bits} bits"


def _describe_list(items: list[Any] | tuple[Any, ...]) -> str:
    kinds = set(map(type, items))
    if not items:
        return "an empty list"
    if kinds <= {int, float}:
        return _count(items, "number")
    if kinds == {list}:
        lengths = sorted(set(map(len, items)))
        if len(lengths) == 1:
            numbers = all(set(map(type, item)) <= {int, float} for item in items)
            return f"{_count(items, 'list')} of {_count(items[0], 'number' if numbers else 'item')}"
        return f"{_count(items, 'list')} of {lengths[0]} to {lengths[-1]} items"
    return f"a list of {_count(items, 'item')}"


def _count(items: Any, noun: str) -> str:
    return f"{len(items):,} {noun}{'' if len(items) == 1 else 's'}"
