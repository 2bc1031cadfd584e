"""What an experiment that has ended can be given more of."""

from typing import Any

from pydantic import Field

from fitserve_core.errors import InvalidInputError
from fitserve_core.spec.base import SpecModel
from fitserve_core.spec.experiment import ExperimentSpec
from fitserve_core.spec.grid import LEARNING_RATES, Grid


class Extension(SpecModel):
    """More runs for an experiment. Posting the same extension again adds nothing."""

    repetitions: int | None = Field(
        default=None, ge=1, le=1_000, description="Runs that each cell is to have in all."
    )
    grid: Grid = Field(
        default={},
        description="Values to add to what the experiment crosses; its learning rates go by "
        "`training.learning_rates`.",
    )


def extended(spec: ExperimentSpec, extension: Extension) -> ExperimentSpec:
    """Return the spec of an experiment after its extension.

    Raises:
        InvalidInputError: the extension names what is not crossed, or fewer repetitions.
        ValidationError: the whole is no spec.
    """
    fields = spec.model_dump()
    if extension.repetitions is not None:
        fields["repetitions"] = _more(spec, extension.repetitions)
    for path, values in extension.grid.items():
        axis = _axis(fields, path)
        axis += [value for value in values if value not in axis]
    return ExperimentSpec.model_validate(fields)


def _more(spec: ExperimentSpec, repetitions: int) -> int:
    if repetitions < spec.repetitions:
        raise InvalidInputError(
            f"repetitions: the experiment has {spec.repetitions} of each cell, and an extension "
            f"takes none away; received {repetitions}",
            param="repetitions",
            received=repetitions,
        )
    return repetitions


def _axis(fields: dict[str, Any], path: str) -> list[Any]:
    axes: dict[str, list[Any]] = fields["grid"]
    rates: list[Any] | None = fields["training"]["learning_rates"]
    if path == LEARNING_RATES and path not in axes and rates:
        return rates
    if path not in axes:
        crossed = ", ".join(dict.fromkeys([LEARNING_RATES, *axes]))
        raise InvalidInputError(
            f"grid: this experiment does not cross {path}; it crosses {crossed}. A clone can be "
            "given other values",
            param="grid",
            received=path,
        )
    return axes[path]
