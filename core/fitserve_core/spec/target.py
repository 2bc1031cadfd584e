"""Which question a spec asks of a data set's labels, and what a model of it is called."""

from dataclasses import replace
from typing import Annotated

from pydantic import ConfigDict, Field, field_validator

from fitserve_core.datasets.registry import DATASETS, DatasetInfo
from fitserve_core.errors import PartsDisagreeError
from fitserve_core.spec.base import SpecModel

Digit = Annotated[int, Field(ge=0, le=9)]

_IS = "-is-"


class Target(SpecModel):
    """A yes-or-no question about a digit: is it one of these?"""

    # `is` is a word of Python's own, so the attribute has another name.
    model_config = ConfigDict(serialize_by_alias=True)

    digits: list[Digit] = Field(
        alias="is",
        min_length=1,
        max_length=9,
        description="The positive class; all other digits are the negative one. "
        "Odd against even is [1, 3, 5, 7, 9].",
    )

    @field_validator("digits")
    @classmethod
    def _in_one_order(cls, digits: list[int]) -> list[int]:
        if len(set(digits)) < len(digits):
            raise ValueError(f"digits must differ from each other; received {digits}")
        return sorted(digits)


def require_digits(info: DatasetInfo, target: Target | None) -> None:
    """Refuse a target where there are no digits to tell apart.

    Raises:
        PartsDisagreeError: the data set's task is a regression.
    """
    if target is not None and info.task == "regression":
        raise PartsDisagreeError(
            f"asks which digit it is, and {info.name} holds no digits; it must be left out; "
            f"received {target.model_dump_json()}",
            param="target",
            received=target.model_dump(),
        )


def with_target(info: DatasetInfo, target: Target | None) -> DatasetInfo:
    """Return the data set as training and serving see it: of the target's task, if there is one."""
    return replace(info, task="binary_classification", outputs=1) if target else info


def model_name(dataset: str, target: Target | None) -> str:
    """Return what kept models of a data set and a target are called: `mnist`, `mnist-is-3`.

    Two targets never share a name, so that a model answers no other question than its own.
    """
    return f"{dataset}{_IS}{'-'.join(map(str, target.digits))}" if target else dataset


def is_model_name(name: str) -> bool:
    """Tell whether some spec's kept models would be called so."""
    dataset, separator, digits = name.partition(_IS)
    if dataset not in DATASETS:
        return False
    try:
        target = Target(**{"is": [*map(int, digits.split("-"))]}) if separator else None
        require_digits(DATASETS[dataset], target)
    except ValueError:
        return False
    return name == model_name(dataset, target)
