"""Which kind of instance each data set takes."""

from collections.abc import Callable
from typing import Any, NamedTuple

from fitserve_core.datasets.dataset import Array
from fitserve_core.datasets.registry import DatasetInfo
from fitserve_core.errors import InvalidInputError
from fitserve_core.predictions import digits, wavelengths
from fitserve_core.received import describe, json_safe

MAX_INSTANCES = 10_000


class InstanceKind(NamedTuple):
    """How instances are read, from the JSON that they came in, and one that works."""

    decode: Callable[[list[Any], bytes | None], Array]
    example: Callable[[], list[Any]]


KINDS = {
    "mnist": InstanceKind(digits.decode, digits.example),
    "eckerle4": InstanceKind(wavelengths.decode, wavelengths.example),
}


def decode_instances(info: DatasetInfo, instances: object, source: bytes | None = None) -> Array:
    """Return parsed JSON `instances` as float32 (n, inputs), in the data's own units.

    Args:
        info: what the model takes.
        instances: what came.
        source: the JSON that they were read from, where it is at hand: it saves time.

    Raises:
        InvalidInputError: what was expected and received, with the path of the first instance that
            cannot be used, as `instances[3]`.
    """
    if not isinstance(instances, list) or not instances:
        raise InvalidInputError(
            f"instances must be a list of at least one instance; received {describe(instances)}",
            param="instances",
            received=json_safe(instances),
        )
    require_few(len(instances), "instances")
    return KINDS[info.name].decode(instances, source)


def require_few(count: int, param: str) -> None:
    """Refuse more instances than one request may hold.

    Raises:
        InvalidInputError: there are more; `param` is the field that holds them.
    """
    if count > MAX_INSTANCES:
        raise InvalidInputError(
            f"at most {MAX_INSTANCES:,} instances in one request; received {count:,}",
            param=param,
            received=f"{count:,} instances",
        )


def example_instances(name: str) -> list[Any]:
    """Return instances that the data set `name` takes, for documentation: JSON's own types."""
    return KINDS[name].example()
