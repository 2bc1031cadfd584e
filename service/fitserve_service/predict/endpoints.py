"""Predictions over HTTP.

The body is read with orjson into NumPy, not with pydantic: validating 784 numbers one by one would
cost several times the model.
"""

from typing import Any

import numpy as np
import orjson
from fastapi import APIRouter, Request
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from fitserve_core.errors import InvalidInputError
from fitserve_core.predicted import Predictions
from fitserve_core.predictions import answers, decode_instances
from fitserve_core.received import describe, shorten
from fitserve_service.access.scopes import PREDICTIONS
from fitserve_service.dependencies import Parts, Services
from fitserve_service.direct_route import DirectRoute
from fitserve_service.errors import ERROR_STATUSES
from fitserve_service.json_body import by_size, json_object
from fitserve_service.json_route import require_json
from fitserve_service.predict.schema import REQUEST
from fitserve_service.predict.sessions import LoadedModel
from fitserve_service.predict.spread import spread

direct = APIRouter(
    tags=["predictions"],
    dependencies=[PREDICTIONS],
    responses=ERROR_STATUSES,
    route_class=DirectRoute,
)


@direct.post(
    "/predict",
    operation_id="predict",
    responses={200: {"model": Predictions}},
    openapi_extra={"requestBody": REQUEST},
)
async def predict(request: Request, parts: Parts) -> Response:
    """Answer instances with a kept model.

    `model` is a model's name (the data set, and the target if any: `mnist`, `mnist-is-3`; its best
    kept model), an experiment's id or a run's id. An instance is in the data's own units: a digit
    is 784 or 28 × 28 pixel values from 0 to 255, or `{"b64": …}` of a 28 × 28 PNG or JPEG; a
    wavelength is a number in nanometres. The answer is, by the model's task, `label` and
    `probabilities`, or `positive` and `probability`, or `value`. With `spread` it says, too, how
    far the finished runs of the model's cell agree: mean and standard deviation of each.
    """
    require_json(request)
    body = await request.body()
    name, instances, spread_too = _fields(body)
    model = await parts.sessions.find(name)
    if spread_too:
        return await run_in_threadpool(_answer_spread, parts, name, model, instances)
    return await by_size(body, _answer, name, model, instances, body)


def _fields(body: bytes) -> tuple[str, list[Any], bool]:
    parsed = json_object(body, "an object with model and instances")
    if unknown := parsed.keys() - {"model", "instances", "spread"}:
        first = min(unknown)
        raise InvalidInputError(
            f"unknown field {shorten(first)!r}; known: model, instances, spread",
            param=first,
            received=parsed[first],
        )
    name, instances = parsed.get("model"), parsed.get("instances")
    if not isinstance(name, str):
        raise InvalidInputError(
            "model must be a text: a model's name, an experiment's id or a run's id; received "
            + describe(name),
            param="model",
            received=name,
        )
    if not isinstance(instances, list):
        raise InvalidInputError(
            f"instances must be a list of instances; received {describe(instances)}",
            param="instances",
            received=instances,
        )
    asked = parsed.get("spread", False)
    if not isinstance(asked, bool):
        raise InvalidInputError(
            f"spread must be true or false; received {describe(asked)}",
            param="spread",
            received=asked,
        )
    return name, instances, asked


def _answer(name: str, model: LoadedModel, instances: list[Any], body: bytes) -> Response:
    return _json(_content(name, model, decode_instances(model.info, instances, body)))


def _answer_spread(
    parts: Services, name: str, model: LoadedModel, instances: list[Any]
) -> Response:
    inputs = decode_instances(model.info, instances)
    found = spread(parts.store.models, parts.sessions, model, inputs)
    return _json(_content(name, model, inputs) | {"spread": found})


def _content(name: str, model: LoadedModel, inputs: NDArray[np.float32]) -> dict[str, Any]:
    predictions = answers(model.info, model.outputs(inputs))
    return {"model": name, "run_id": model.run_id, "predictions": predictions}


def _json(content: dict[str, Any]) -> Response:
    body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, media_type="application/json")
