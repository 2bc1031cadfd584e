"""Pydantic's errors in the product's words: the path, what would have been right, what came."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from fitserve_core.errors import InvalidInputError, PartsDisagreeError
from fitserve_core.locations import Place, fields_of, walk
from fitserve_core.received import json_safe, quote, shorten

MAX_LISTED = 10


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a value.

    Attributes:
        path: where, as `training.learning_rates[0]`; empty for the value as a whole.
        message: what would have been right and what was received.
        received: the offending value, safe to send as JSON.
    """

    path: str
    message: str
    received: Any

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def first_problem(error: ValidationError, model: type[BaseModel]) -> InvalidInputError:
    """Return the one error that tells every problem; `param` and `received` are the first one's.

    Args:
        error: raised by validating a value as `model`.
        model: what was to be validated; it knows the fields that an unknown one is held against.
    """
    return refusal(error.errors(include_url=False), model)


def refusal(details: Sequence[ErrorDetails], model: type[BaseModel] | None) -> InvalidInputError:
    """Return the one error that tells every problem of pydantic's `details`.

    Args:
        details: at least one, in pydantic's order.
        model: what was to be validated; None where it is no model of the product's.
    """
    found = problems(details[:MAX_LISTED], model)
    more = [f"{len(details) - MAX_LISTED:,} more"] if len(details) > MAX_LISTED else []
    return InvalidInputError(
        ". ".join([*map(str, found), *more]),
        param=found[0].path or None,
        received=found[0].received,
    )


def problems(details: Sequence[ErrorDetails], model: type[BaseModel] | None) -> list[Problem]:
    """Return every problem that pydantic's `details` tell of, in their order."""
    return [_problem(detail, model) for detail in details]


def _problem(details: ErrorDetails, model: type[BaseModel] | None) -> Problem:
    place = walk(details["loc"], model)
    error = details.get("ctx", {}).get("error")
    if isinstance(error, PartsDisagreeError):
        return Problem(_joined(place.path, error.param), str(error), json_safe(error.received))
    received = None if details["type"] == "missing" else details["input"]
    return Problem(place.path, _message(details, place), json_safe(received))


def _joined(path: str, param: str) -> str:
    return f"{path}.{param}" if path else param


def _message(details: ErrorDetails, place: Place) -> str:
    match details["type"]:
        case "missing":
            return f"is required{_one_of(place)}"
        case "value_error":
            return str(details["ctx"]["error"])
        case "extra_forbidden":
            requirement = f"unknown field '{shorten(place.name, 40)}'; {_known_fields(place)}"
        case "model_type" | "model_attributes_type" if not place.is_union:
            requirement = "must be an object"
        case "union_tag_invalid" | "union_tag_not_found" | "model_attributes_type":
            requirement = f"must be a name or an object with a name{_one_of(place)}"
        case _:
            requirement = _reworded(details["msg"])
    return f"{requirement}; received {quote(details['input'])}"


def _reworded(message: str) -> str:
    """Return pydantic's "List should have at most 3 items after validation, not 4" as "must …"."""
    return re.sub(r"^\w+ should ", "must ", message.partition(" after validation")[0])


def _known_fields(place: Place) -> str:
    fields = ", ".join(fields_of(place.owner)) if place.owner else ""
    return f"{place.owner_name} takes: {fields}" if place.owner_name else f"known: {fields}"


def _one_of(place: Place) -> str:
    choices = place.choices()
    return f", one of {', '.join(map(repr, choices))}" if choices else ""
