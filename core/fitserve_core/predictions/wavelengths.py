"""Wavelengths in nanometres, as prediction requests bring them."""

from typing import Any

import numpy as np

from fitserve_core.datasets.dataset import Array
from fitserve_core.errors import InvalidInputError
from fitserve_core.received import describe, json_safe, quote

LARGEST = float(np.finfo(np.float32).max)


def decode(instances: list[Any], _source: bytes | None) -> Array:
    """Return numbers, or lists of one number, as float32 (n, 1).

    Raises:
        InvalidInputError: the first instance that is neither, or not finite in float32.
    """
    values = [_wavelength(instance, index) for index, instance in enumerate(instances)]
    return np.array(values, np.float32)[:, np.newaxis]


def example() -> list[Any]:
    """Return one wavelength, at the filter's peak."""
    return [451.5]


def _wavelength(instance: Any, index: int) -> float:
    value = instance[0] if type(instance) is list and len(instance) == 1 else instance
    if type(value) in {int, float} and -LARGEST <= value <= LARGEST:
        return float(value)
    received = describe(instance) if isinstance(instance, list) else quote(instance)
    raise InvalidInputError(
        f"instances[{index}]: expected a wavelength, one finite number in nanometres such as "
        f"451.5; received {received}",
        param=f"instances[{index}]",
        received=json_safe(instance),
    )
