"""Numbers in requests, read into what the protocols have in common."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitserve_core.errors import InvalidInputError
from fitserve_core.received import describe


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
