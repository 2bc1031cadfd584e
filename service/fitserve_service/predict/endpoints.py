"""Predictions over HTTP.

The body is read with orjson into NumPy, not with pydantic: validating 784 numbers one by one would
cost several times the model.
"""

from typing import Any

import orjson
from fastapi import APIRouter

from fitserve_core.datasets.dataset import Array
from fitserve_core.errors import InvalidInputError
from fitserve_core.predicted import Predictions
from fitserve_core.predictions import answers, decode_instances
from fitserve_core.received import describe, shorten
from fitserve_service.access.scopes import PREDICTIONS
from fitserve_service.dependencies import Services
from fitserve_service.direct.asked import Asked, Predicted, Wanted
from fitserve_service.direct.response import DirectResponse
from fitserve_service.direct.route import DirectRoute
from fitserve_service.errors import ERROR_STATUSES
from fitserve_service.json_body import json_object
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
def predict(asked: Asked) -> Wanted:
    """Answer instances with a kept model.

    `model` is a model's name (the data set, and the target if any: `mnist`, `mnist-is-3`; its best
    kept model), an experiment's id or a run's id. An instance is in the data's own units: a digit
    is 784 or 28 × 28 pixel values from 0 to 255, or `{"b64": …}` of a 28 × 28 PNG or JPEG; a
    wavelength is a number in nanometres. The answer is, by the model's task, `label` and
    `probabilities`, or `positive` and `probability`, or `value`. With `spread` it says, too, how
    far the finished runs of the model's cell agree: mean and standard deviation of each.
    """
    require_json(asked.headers)
    name, instances, spread_too = _fields(asked.content)

    def rows(model: LoadedModel) -> Array:
        return decode_instances(model.info, instances, asked.content)

    def answer(parts: Services, predicted: Predicted) -> DirectResponse:
        model = predicted.model
        predictions = answers(model.info, predicted.outputs)
        content = {"model": name, "run_id": model.run_id, "predictions": predictions}
        if spread_too:
            content["spread"] = spread(parts.store.models, parts.sessions, model, predicted.rows)
        body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
        return DirectResponse(body, b"application/json")

    return Wanted(name, rows, answer, waits=spread_too)


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
