"""A spec with changes, and the fields of it that may change afterwards."""

from typing import Any

from pydantic import Field, ValidationError

from fitserve_core.spec.base import SpecModel, Text
from fitserve_core.spec.defaults import PARTS
from fitserve_core.spec.experiment import ExperimentSpec, Tags
from fitserve_core.spec.full_batch import part_changed
from fitserve_core.validation import first_problem


class Description(SpecModel):
    """What an experiment says for people, and to whom; fields left out stay as they are."""

    name: Text = Field(default="", max_length=200)
    tags: Tags = Field(default=[])
    notes: Text = Field(default="", max_length=10_000)
    shared: bool = Field(default=False, description="Let other keys read it, and its models.")


def merged(fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a spec's fields with changes; those within `network` and `training` one by one."""
    parts = {
        part: part_changed(fields[part], changes[part])
        for part in PARTS
        if isinstance(changes.get(part), dict)
    }
    return {**fields, **changes, **parts}


def changed(spec: ExperimentSpec, changes: dict[str, Any]) -> ExperimentSpec:
    """Return `spec` with changes.

    Raises:
        InvalidInputError: the whole is no spec; the path and what was received.
    """
    try:
        return ExperimentSpec.model_validate(merged(spec.model_dump(), changes))
    except ValidationError as error:
        raise first_problem(error, ExperimentSpec) from None
