"""Bodies read with orjson, where validating them number by number would cost too much."""

from typing import Any

import orjson

from fitserve_core.errors import InvalidInputError
from fitserve_core.received import describe


def json_object(body: bytes, expected: str = "an object") -> dict[str, Any]:
    """Return a body that must be a JSON object.

    Raises:
        InvalidInputError: it is something else; the message says what was `expected`.
    """
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"the body is not JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise InvalidInputError(
            f"the body must be {expected}; received {describe(parsed)}", received=parsed
        )
    return parsed
