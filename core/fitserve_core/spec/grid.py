"""A grid: fields of a spec that are crossed with each other, one cell a combination."""

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from fitserve_core.received import quote
from fitserve_core.spec.full_batch import refitted

PARTS = ("network", "training", "split", "scaling", "seed")
LEARNING_RATES = "training.learning_rates"
OPTIMIZER = "training.optimizer"

Values = Annotated[list[Any], Field(min_length=1, max_length=1_000)]


def _crossable(grid: dict[str, list[Any]]) -> dict[str, list[Any]]:
    for path, values in grid.items():
        if path.partition(".")[0] not in PARTS:
            raise ValueError(
                f"can cross fields of {', '.join(PARTS)}, such as network.hidden_layers; what "
                "changes the model's name, dataset and target, needs an experiment each; received "
                f"{path[:100]!r}"
            )
        if len({json.dumps(value, sort_keys=True) for value in values}) < len(values):
            raise ValueError(
                f"values of {path} must differ from each other; received {quote(values)}"
            )
    for path, other in itertools.permutations(grid, 2):
        if other.startswith(f"{path}."):
            raise ValueError(f"{path} holds {other}: only one of them can be crossed")
    return grid


Grid = Annotated[dict[str, Values], Field(max_length=10), AfterValidator(_crossable)]
"""Values by the path of the field that takes them in turn, as `network.hidden_layers`."""


def combinations(grid: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield one value of each path, the last path's values fastest; {} for an empty grid."""
    for chosen in itertools.product(*grid.values()):
        yield dict(zip(grid, chosen, strict=True))


def replace(fields: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Put other values at some paths of a spec's fields.

    `training.learning_rates` takes one of its values, since each is a cell of its own.

    Raises:
        ValueError: a path leads through something that has no fields.
    """
    for path, value in values.items():
        *parents, last = path.split(".")
        place: Any = fields
        for parent in parents:
            place = place.get(parent) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            raise ValueError(  # noqa: TRY004 - pydantic tells users of a ValueError
                f"there is no {path}: {'.'.join(parents)} is not an object here"
            )
        place[last] = [value] if path == LEARNING_RATES else value
    if OPTIMIZER in values:
        given = {path.rpartition(".")[2] for path in values}
        fields["training"] = refitted(fields["training"], given)


def config(values: Mapping[str, Any], learning_rate: float | None) -> dict[str, Any]:
    """Return what tells a cell from others: its learning rate, and the crossed values by path."""
    own = {} if learning_rate is None else {"learning_rate": learning_rate}
    return own | {path: value for path, value in values.items() if path != LEARNING_RATES}
