"""Bodies of requests, read into what the protocols have in common."""

from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from fitserve_core.errors import InvalidInputError
from fitserve_core.received import describe


def json_object(body: bytes) -> dict[str, Any]:
    """Return a body that must be a JSON object.

    Raises:
        InvalidInputError: it is something else.
    """
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"the body is not JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise InvalidInputError(f"the body must be an object; received {describe(parsed)}")
    return parsed


def numbers(value: Any, name: str) -> NDArray[np.generic]:
    """Return nested lists as an array of numbers.

    Raises:
        InvalidInputError: lists of different lengths, or what is no number.
    """
    try:
        array: NDArray[np.generic] = np.asarray(value)
    except (ValueError, OverflowError):
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise InvalidInputError(
            f"{name}: expected numbers in lists of the same lengths; received {describe(value)}",
            param=name,
        )
    return array
