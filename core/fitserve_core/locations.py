"""Where in a model an error of pydantic's lies: its location, walked along the annotations."""

import types
from dataclasses import dataclass, replace
from functools import reduce
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Model = type[BaseModel]


@dataclass(frozen=True)
class Place:
    """A value inside a model.

    Attributes:
        path: as a user writes it, `training.learning_rates[0]`.
        name: the last field on the way, or an empty string.
        annotation: the type expected here, or None where it is unknown.
        owner: the model whose field this is, or None.
        owner_name: what users call the owner: its tag (`adam`), its field, or an empty string.
    """

    annotation: Any
    path: str = ""
    name: str = ""
    owner: Model | None = None
    owner_name: str = ""

    @property
    def is_union(self) -> bool:
        """Whether one of several types may stand here."""
        return len(_members(self.annotation)) > 1

    def choices(self) -> list[Any]:
        """Values or tags that may stand here, where they can be listed."""
        if get_origin(self.annotation) is Literal:
            return list(get_args(self.annotation))
        return [tag for member in _members(self.annotation) for tag in _tags(member)]


def walk(location: tuple[int | str, ...], model: Model | None) -> Place:
    """Return the place that a `ValidationError`'s location names in `model`.

    Pydantic puts a label into the location for each union that it passes (a discriminator's tag,
    say), which users never wrote: it chooses the member and leaves no trace in the path.
    """
    return reduce(_step, location, Place(model))


def fields_of(model: Model) -> dict[str, FieldInfo]:
    """Return a model's fields by the names that users write."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _step(place: Place, step: int | str) -> Place:
    members = _members(place.annotation)
    if place.is_union:
        chosen = next((member for member in members if step in _labels(member)), None)
        return replace(place, annotation=chosen, name=str(step))
    expected = members[0] if members else None
    if isinstance(step, int):
        return replace(place, path=f"{place.path}[{step}]", annotation=_item(expected))
    owner = expected if _is_model(expected) else None
    field = fields_of(owner).get(step) if owner else None
    return Place(
        annotation=field.annotation if field else _item(expected),
        path=f"{place.path}.{step}" if place.path else step,
        name=step,
        owner=owner,
        owner_name=place.name,
    )


def _members(annotation: Any) -> list[Any]:
    """Types of a union without None; any other type alone; nothing where it is unknown."""
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        return [
            member
            for argument in get_args(annotation)
            if argument is not type(None)
            for member in _members(argument)
        ]
    return [] if annotation is None else [annotation]


def _labels(member: Any) -> set[Any]:
    return {*_tags(member), getattr(member, "__name__", None)}


def _tags(member: Any) -> list[Any]:
    """Values of a model's required Literal fields, by which a discriminated union knows it."""
    if not _is_model(member):
        return []
    fields = member.model_fields.values()
    literals = [f.annotation for f in fields if get_origin(f.annotation) is Literal]
    return [value for literal in literals[:1] for value in get_args(literal)]


def _item(annotation: Any) -> Any:
    """Type of a list's items or an object's values."""
    return get_args(annotation)[-1] if get_origin(annotation) in {list, tuple, dict} else None


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
