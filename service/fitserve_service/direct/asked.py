"""What a request for predictions brings, and what it wants."""

from collections.abc import Callable, Mapping
from typing import Annotated, NamedTuple

from fastapi import Depends
from starlette.responses import Response

from fitserve_core.datasets.dataset import Array
from fitserve_service.dependencies import Services
from fitserve_service.predict.sessions import LoadedModel


class Body(NamedTuple):
    """A request's body, and the headers that say what it is."""

    headers: Mapping[bytes, bytes]
    content: bytes


class Predicted(NamedTuple):
    """What a model made of a request's rows.

    Attributes:
        model: which.
        rows: (n, inputs), in the data's own units.
        outputs: (n, outputs), probabilities or values.
    """

    model: LoadedModel
    rows: Array
    outputs: Array


class Wanted(NamedTuple):
    """A model, what it is given, and the answer that its outputs become.

    Attributes:
        model: its name, as sessions find it.
        rows: returns what the model is given, (n, inputs).
        answer: returns the answer; for bodies that are small it waits for nothing, unless `waits`.
        waits: whether it takes a thread: it reads from the store.
    """

    model: str
    rows: Callable[[LoadedModel], Array]
    answer: Callable[[Services, Predicted], Response]
    waits: bool = False


def _described() -> None:
    """Stand for a body in the OpenAPI document: routes tell by themselves what they take."""


Asked = Annotated[Body, Depends(_described)]
