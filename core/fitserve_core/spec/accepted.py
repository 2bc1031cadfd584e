"""Specs and plans read as they were accepted, whatever today's rules say of them."""

import types
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

from pydantic import ValidationError

from fitserve_core.spec.base import ACCEPTED, SpecModel

Model = TypeVar("Model", bound=SpecModel)


def as_accepted(kind: type[Model], stored: Any) -> Model:
    """Return what was stored as `kind` when the rules let it pass.

    Where today's rules do not, values stay as they are, and fields that are no more are left out.

    Raises:
        ValidationError: a field that must be there is missing.
    """
    try:
        return kind.model_validate(stored, context=ACCEPTED)
    except ValidationError:
        if not isinstance(stored, Mapping) or not _fits(kind, stored):
            raise
        return _unchecked(kind, stored)


def _unchecked(kind: type[Model], stored: Mapping[str, Any]) -> Model:
    values = {
        name: _value(field.annotation, stored[key])
        for name, field in kind.model_fields.items()
        if (key := field.alias or name) in stored
    }
    missing = {
        name: field.get_default(call_default_factory=True)
        for name, field in kind.model_fields.items()
        if name not in values
    }
    # By attribute, whatever the field's alias: `model_construct` would look for that.
    bare = cast("Model", kind.model_construct(set(values)))
    return bare.model_copy(update=missing | values)


def _value(annotation: Any, stored: Any) -> Any:
    if not isinstance(stored, Mapping):
        return stored
    parts = [part for part in _parts(annotation) if _fits(part, stored)]
    # Of optimizers, schedules, initializers the one whose name it is.
    named = [part for part in parts if stored.get("name") in _names(part)] or parts
    return _unchecked(named[0], stored) if named else stored


def _parts(annotation: Any) -> list[type[SpecModel]]:
    if get_origin(annotation) in {Annotated, Union, types.UnionType}:
        return [part for argument in get_args(annotation) for part in _parts(argument)]
    is_part = isinstance(annotation, type) and issubclass(annotation, SpecModel)
    return [annotation] if is_part else []


def _fits(kind: type[SpecModel], stored: Mapping[str, Any]) -> bool:
    """Tell whether every field is there that must be."""
    fields = kind.model_fields.items()
    return all((field.alias or name) in stored for name, field in fields if field.is_required())


def _names(kind: type[SpecModel]) -> tuple[Any, ...]:
    field = kind.model_fields.get("name")
    return () if field is None else get_args(field.annotation)
