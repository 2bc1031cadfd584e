"""The model that a protocol's path names, from the one inference core."""

from typing import Annotated

from fastapi import Path

from fitserve_core.errors import InvalidInputError
from fitserve_core.received import quote
from fitserve_service.dependencies import Services
from fitserve_service.predict.sessions import LoadedModel

Name = Annotated[str, Path(description="As for `POST /predict`: `mnist`, or an experiment's id.")]
Version = Annotated[
    str, Path(description="A number: 1, 2, 3 as models were kept.", pattern="^[0-9]+$")
]
Label = Annotated[str, Path(description="Such as `stable` or `latest`.")]


def numbered(version: str) -> str:
    """Return a version as a path names it.

    Raises:
        InvalidInputError: it is no number.
    """
    if version.isascii() and version.isdigit():
        return version
    raise InvalidInputError(
        f"version: must be a number such as 3; received {quote(version)}",
        param="version",
        received=version,
    )


def tagged(name: str, tag: str | None) -> str:
    """Return what sessions call `name`, or a version or label of it."""
    return name if tag is None else f"{name}@{tag}"


async def loaded(parts: Services, name: str, tag: str | None = None) -> LoadedModel:
    """Return the model that `name`, or a version or label of it, stands for."""
    return await parts.sessions.find(tagged(name, tag))
