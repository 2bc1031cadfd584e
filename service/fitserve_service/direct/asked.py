"""What a request for predictions brings, and what it wants."""

from collections.abc import Callable, Mapping
from typing import Annotated, NamedTuple

from fastapi import Depends
from starlette.responses import Response

from fitserve_service.dependencies import Services
from fitserve_service.predict.sessions import LoadedModel


class Body(NamedTuple):
    """A request's body, and the headers that say what it is."""

    headers: Mapping[bytes, bytes]
    content: bytes


class Wanted(NamedTuple):
    """A model, and what answers with it.

    Attributes:
        model: its name, as sessions find it.
        answer: returns the answer; for bodies that are small it waits for nothing, unless `waits`.
        waits: whether it takes a thread: it reads from the store.
    """

    model: str
    answer: Callable[[Services, LoadedModel], Response]
    waits: bool = False


def _described() -> None:
    """Stand for a body in the OpenAPI document: routes tell by themselves what they take."""


Asked = Annotated[Body, Depends(_described)]
