"""JSON of specs and other small bodies: nothing given twice, nothing nested without end."""

import json
import re
from typing import Any

from fitserve_core.errors import InvalidInputError
from fitserve_core.received import quote, shorten

DEEPEST = 32
# An escape that may be half of a character, which no UTF-8 can say.
HALF_A_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
TOO_DEEP = f"the body is nested more than {DEEPEST} deep, and nothing here is"


def strict_json(body: bytes) -> Any:
    """Return what a body holds.

    Raises:
        InvalidInputError: it is no JSON, it is nested deeply, an object has a key twice, or a text
            is none in Unicode.
    """
    try:
        parsed = json.loads(body, object_pairs_hook=_distinct)
    except json.JSONDecodeError as error:
        told = f"the body is not JSON: {error.msg} at character {error.pos}"
        raise InvalidInputError(told) from None
    except UnicodeDecodeError as error:
        told = f"the body is not JSON: byte {error.start} is no {error.encoding}"
        raise InvalidInputError(told) from None
    except RecursionError:
        raise InvalidInputError(TOO_DEEP) from None
    except ValueError as error:  # an integer of more digits than Python reads
        raise InvalidInputError(f"the body is not JSON that can be read: {error}") from None
    _require_shallow(parsed)
    if HALF_A_PAIR.search(body):
        _require_unicode(parsed)
    return parsed


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InvalidInputError(
                f"the key {quote(key)} is given twice in one object, as {quote(found[key])} and as "
                f"{quote(value)}; give it once",
                param=shorten(key),
                received=value,
            )
        found[key] = value
    return found


def _require_unicode(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = ascii(error.object[error.start])
        told = f"the body is not JSON that can be read: {half} in a text is half a character"
        raise InvalidInputError(told) from None


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise InvalidInputError(TOO_DEEP)


def _inside(value: Any) -> list[Any]:
    match value:
        case dict():
            return [inner for inner in value.values() if isinstance(inner, dict | list)]
        case list():
            return [inner for inner in value if isinstance(inner, dict | list)]
        case _:
            return []
