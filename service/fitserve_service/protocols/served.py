"""The model that a protocol's path names, from the one inference core."""

from typing import Annotated

from fastapi import Path
from starlette.concurrency import run_in_threadpool

from fitserve_service.dependencies import Services
from fitserve_service.predict.sessions import LoadedModel

Name = Annotated[str, Path(description="As for `POST /predict`: `mnist`, or an experiment's id.")]
Version = Annotated[
    str, Path(description="A number: 1, 2, 3 as models were kept.", pattern="^[0-9]+$")
]
Label = Annotated[str, Path(description="Such as `stable` or `latest`.")]


async def loaded(parts: Services, name: str, tag: str | None = None) -> LoadedModel:
    """Return the model that `name`, or a version or label of it, stands for."""
    wanted = name if tag is None else f"{name}@{tag}"
    model = parts.sessions.fresh(wanted)
    if model is None:
        model = await run_in_threadpool(parts.sessions.load, wanted)
    return model
