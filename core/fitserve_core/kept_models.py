"""What is told of the models that answer predictions."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from fitserve_core.datasets.registry import Task
from fitserve_core.results import Artefact, Result
from fitserve_core.spec import Target

# What an integer of the store holds.
LARGEST_VERSION = 2**31 - 1


class Model(Result):
    """A kept model that answers predictions."""

    object: Literal["model"] = "model"
    name: str
    run_id: str
    experiment_id: str
    dataset: str
    target: Target | None = Field(default=None, description="null: the whole task.")
    task: Task
    figure: str | None = Field(default=None, description="What chose it; null for a run's id.")
    value: float | None = None
    created_at: datetime
    version: int | None = Field(
        default=None, description="Its number under its model's name; null if it was not kept."
    )
    files: list[Artefact]
    example: dict[str, Any] = Field(description="A body that `POST /predict` accepts.")


class ModelVersion(Result):
    """One numbered model of a name, in the order in which they were kept."""

    object: Literal["model_version"] = "model_version"
    name: str
    version: int
    experiment_id: str
    run_id: str
    figure: str = Field(description="What chose it within its experiment.")
    value: float
    created_at: datetime
    labels: list[str] = Field(description="Those that were set to it.")


class VersionChoice(Result):
    """Which version a label is to stand for."""

    version: Annotated[
        int,
        Field(ge=1, le=LARGEST_VERSION, strict=True),
        # JSON knows no difference between 3 and 3.0.
        BeforeValidator(lambda given: int(given) if _is_whole(given) else given),
    ]


def _is_whole(given: object) -> bool:
    return isinstance(given, float) and given.is_integer()
