"""TensorFlow Serving's REST API: predict, status and metadata.

Source: https://www.tensorflow.org/tfx/serving/api_rest.
"""

from typing import Any

import orjson
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from fitserve_core.datasets.dataset import Array
from fitserve_core.datasets.registry import DatasetInfo
from fitserve_core.errors import InvalidInputError, NotFoundError
from fitserve_core.predictions import decode_instances
from fitserve_core.predictions.tensors import rows_of
from fitserve_core.received import describe, quote
from fitserve_service.access.scopes import PREDICTIONS, READ
from fitserve_service.dependencies import Parts, Services
from fitserve_service.direct.asked import Asked, Body, Wanted
from fitserve_service.direct.response import DirectResponse
from fitserve_service.direct.route import DirectRoute
from fitserve_service.json_body import json_object
from fitserve_service.protocols.bodies import numbers
from fitserve_service.protocols.errors import RESPONSES
from fitserve_service.protocols.served import Label, Name, Version, loaded, numbered, tagged

SIGNATURE = "serving_default"
INPUT = "inputs"

router = APIRouter(
    prefix="/v1/models",
    tags=["TensorFlow Serving"],
    responses=RESPONSES,
    dependencies=[READ],
)
direct = APIRouter(
    prefix="/v1/models",
    tags=["TensorFlow Serving"],
    responses=RESPONSES,
    dependencies=[PREDICTIONS],
    route_class=DirectRoute,
)

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "signature_name": {"type": "string", "default": SIGNATURE},
                        "instances": {"type": "array", "items": {}, "description": "Row by row."},
                        "inputs": {"description": "All rows as one tensor."},
                    },
                },
                "examples": {"eckerle4": {"value": {"instances": [[451.5]]}}},
            }
        },
    }
}


PREDICT = "/{name}:predict"
PREDICT_VERSION = "/{name}/versions/{version}:predict"
PREDICT_LABEL = "/{name}/labels/{label}:predict"


def not_posted() -> None:
    """Refuse another method than POST, before it is taken for a call about `mnist:predict`."""
    raise HTTPException(405)


for path in (PREDICT, PREDICT_VERSION, PREDICT_LABEL):
    others = ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"]
    router.add_api_route(path, not_posted, methods=others, include_in_schema=False)


@direct.post(PREDICT, operation_id="tfserving_predict", openapi_extra=BODY)
def predict(name: Name, asked: Asked) -> Wanted:
    """Answer `instances` with `predictions`, or `inputs` with `outputs`."""
    return _wanted(asked, name, None)


@direct.post(PREDICT_VERSION, operation_id="tfserving_predict_version", openapi_extra=BODY)
def predict_version(name: Name, version: Version, asked: Asked) -> Wanted:
    """Answer with a version of the model."""
    return _wanted(asked, name, numbered(version))


@direct.post(PREDICT_LABEL, operation_id="tfserving_predict_label", openapi_extra=BODY)
def predict_label(name: Name, label: Label, asked: Asked) -> Wanted:
    """Answer with the version that a label stands for."""
    return _wanted(asked, name, label)


@router.get("/{name}", operation_id="tfserving_status")
async def status(name: Name, parts: Parts) -> dict[str, Any]:
    """Return the versions of a model; each that is listed can answer."""
    return await run_in_threadpool(_status, parts, name, None)


@router.get("/{name}/versions/{version}", operation_id="tfserving_status_version")
async def status_version(name: Name, version: Version, parts: Parts) -> dict[str, Any]:
    """Return the state of one version."""
    return await run_in_threadpool(_status, parts, name, version)


@router.get("/{name}/labels/{label}", operation_id="tfserving_status_label")
async def status_label(name: Name, label: Label, parts: Parts) -> dict[str, Any]:
    """Return the state of the version that a label stands for."""
    return await run_in_threadpool(_status, parts, name, label)


@router.get("/{name}/metadata", operation_id="tfserving_metadata")
async def metadata(name: Name, parts: Parts) -> dict[str, Any]:
    """Return the signature: names, types and shapes of input and output."""
    return await _metadata(parts, name, None)


@router.get("/{name}/versions/{version}/metadata", operation_id="tfserving_metadata_version")
async def metadata_version(name: Name, version: Version, parts: Parts) -> dict[str, Any]:
    """Return the signature of a version."""
    return await _metadata(parts, name, version)


def _wanted(body: Body, name: str, tag: str | None) -> Wanted:
    # Whatever its type is called: that protocol's own examples send it as a form's.
    asked = json_object(body.content)
    signature = asked.get("signature_name", SIGNATURE)
    if signature != SIGNATURE:
        raise NotFoundError(
            f"no signature {quote(signature)}; there is {SIGNATURE}", received=signature
        )
    given = [key for key in ("instances", INPUT) if key in asked]
    if len(given) != 1:
        raise InvalidInputError(
            f"give either instances or inputs; received {', '.join(given) or 'neither'}"
        )
    if given == ["instances"]:
        instances = asked["instances"]
        return Wanted(
            tagged(name, tag),
            lambda model: _rows(model.info, instances, body.content),
            lambda _, predicted: _json({"predictions": predicted.outputs}),
        )
    return Wanted(
        tagged(name, tag),
        lambda model: _columns(model.info, asked[INPUT]),
        lambda _, predicted: _json({"outputs": predicted.outputs}),
    )


def _json(content: dict[str, Array]) -> DirectResponse:
    body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
    return DirectResponse(body, b"application/json")


def _rows(info: DatasetInfo, instances: Any, body: bytes) -> Array:
    if not isinstance(instances, list):
        raise InvalidInputError(
            f"instances must be a list of instances; received {describe(instances)}"
        )
    named = [
        one[INPUT] if isinstance(one, dict) and one.keys() == {INPUT} else one for one in instances
    ]
    return decode_instances(info, named, body)


def _columns(info: DatasetInfo, inputs: Any) -> Array:
    if isinstance(inputs, dict) and inputs.keys() == {INPUT}:
        inputs = inputs[INPUT]
    return rows_of(info, numbers(inputs, INPUT))


def _status(parts: Services, name: str, tag: str | None) -> dict[str, Any]:
    numbers_of = [] if tag else [version.number for version in parts.store.versions.of(name)]
    if not numbers_of:
        found = parts.store.models.resolve(name if tag is None else f"{name}@{tag}")
        numbers_of = [found.version or 1]
    available = {"state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    return {"model_version_status": [{"version": str(number)} | available for number in numbers_of]}


async def _metadata(parts: Services, name: str, tag: str | None) -> dict[str, Any]:
    model = await loaded(parts, name, tag)
    signature = {
        "inputs": {INPUT: _tensor(INPUT, model.info.inputs)},
        "outputs": {model.answer: _tensor(model.answer, model.info.outputs)},
        "method_name": "tensorflow/serving/predict",
    }
    return {
        "model_spec": {
            "name": name,
            "signature_name": "",
            "version": str(model.version or 1),
        },
        "metadata": {"signature_def": {"signature_def": {SIGNATURE: signature}}},
    }


def _tensor(name: str, width: int) -> dict[str, Any]:
    sizes = [{"size": str(size), "name": ""} for size in (-1, width)]
    return {
        "dtype": "DT_FLOAT",
        "tensor_shape": {"dim": sizes, "unknown_rank": False},
        "name": f"{name}:0",
    }
