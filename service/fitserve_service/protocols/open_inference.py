"""The Open Inference Protocol (V2) with binary tensors, classification and repository index.

Source: https://github.com/kserve/open-inference-protocol, and Triton's documents of its extensions.
"""

from importlib.metadata import version as package_version
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool

from fitserve_core.datasets.dataset import Array
from fitserve_core.predictions.tensors import rows_of
from fitserve_service.access.scopes import PREDICTIONS, READ
from fitserve_service.dependencies import Parts, Services
from fitserve_service.direct.asked import Asked, Body, Predicted, Wanted
from fitserve_service.direct.response import DirectResponse
from fitserve_service.direct.route import DirectRoute
from fitserve_service.predict.sessions import LoadedModel
from fitserve_service.protocols.errors import RESPONSES
from fitserve_service.protocols.infer_request import INPUT, InferRequest, read
from fitserve_service.protocols.infer_response import HEADER_LENGTH, Head, respond
from fitserve_service.protocols.served import Name, Version, loaded, numbered, tagged

EXTENSIONS = ["binary_tensor_data", "classification", "model_repository"]

router = APIRouter(
    prefix="/v2",
    tags=["Open Inference Protocol"],
    responses=RESPONSES,
    dependencies=[READ],
)
direct = APIRouter(
    prefix="/v2",
    tags=["Open Inference Protocol"],
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
                    "required": ["inputs"],
                    "properties": {
                        "id": {"type": ["string", "null"]},
                        "inputs": {"type": "array", "items": {"type": "object"}},
                        "outputs": {"type": ["array", "null"], "items": {"type": "object"}},
                        "parameters": {"type": ["object", "null"]},
                    },
                },
                "examples": {
                    "eckerle4": {
                        "value": {
                            "inputs": [
                                {
                                    "name": INPUT,
                                    "datatype": "FP32",
                                    "shape": [1, 1],
                                    "data": [451.5],
                                }
                            ]
                        }
                    }
                },
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.get("", operation_id="v2_server")
def server() -> dict[str, Any]:
    """Return name, version and extensions of this server."""
    return {
        "name": "fitserve",
        "version": package_version("fitserve"),
        "extensions": EXTENSIONS,
    }


@router.get("/health/live", operation_id="v2_live")
def live() -> dict[str, bool]:
    """Return whether the server runs."""
    return {"live": True}


@router.get("/health/ready", operation_id="v2_ready")
def ready(parts: Parts) -> dict[str, bool]:
    """Return whether the server can answer."""
    parts.store.database.ping()
    return {"ready": True}


@router.post("/repository/index", operation_id="v2_repository_index")
def index(parts: Parts) -> list[dict[str, str]]:
    """Return every version of every model; each can answer."""
    return [
        {"name": name, "version": str(version.number), "state": "READY", "reason": ""}
        for name in parts.store.models.names()
        for version in reversed(parts.store.versions.of(name))
    ]


@router.get("/models/{name}", operation_id="v2_model")
async def model(name: Name, parts: Parts) -> dict[str, Any]:
    """Return names, types and shapes of a model's input and output."""
    return await _metadata(parts, name, None)


@router.get("/models/{name}/versions/{version}", operation_id="v2_model_version")
async def model_version(name: Name, version: Version, parts: Parts) -> dict[str, Any]:
    """Return the same of a version."""
    return await _metadata(parts, name, version)


@router.get("/models/{name}/ready", operation_id="v2_model_ready")
async def model_ready(name: Name, parts: Parts) -> dict[str, Any]:
    """Return whether a model can answer."""
    await loaded(parts, name)
    return {"name": name, "ready": True}


@router.get("/models/{name}/versions/{version}/ready", operation_id="v2_model_version_ready")
async def model_version_ready(name: Name, version: Version, parts: Parts) -> dict[str, Any]:
    """Return whether a version can answer."""
    await loaded(parts, name, version)
    return {"name": name, "ready": True}


@direct.post("/models/{name}/infer", operation_id="v2_infer", openapi_extra=BODY)
def infer(name: Name, asked: Asked) -> Wanted:
    """Answer the rows of the input tensor."""
    return _wanted(asked, name, None)


@direct.post(
    "/models/{name}/versions/{version}/infer", operation_id="v2_infer_version", openapi_extra=BODY
)
def infer_version(name: Name, version: Version, asked: Asked) -> Wanted:
    """Answer with a version of the model."""
    return _wanted(asked, name, numbered(version))


async def _metadata(parts: Services, name: str, tag: str | None) -> dict[str, Any]:
    model = await loaded(parts, name, tag)
    versions = await run_in_threadpool(parts.store.versions.of, name)
    return {
        "name": name,
        "versions": [str(version.number) for version in reversed(versions)],
        "platform": "onnxruntime_onnx",
        "inputs": [{"name": INPUT, "datatype": "FP32", "shape": [-1, model.info.inputs]}],
        "outputs": [{"name": model.answer, "datatype": "FP32", "shape": [-1, model.info.outputs]}],
    }


def _wanted(body: Body, name: str, tag: str | None) -> Wanted:
    given = body.headers.get(HEADER_LENGTH)
    asked, behind = read(body.content, None if given is None else given.decode("latin-1"))
    return Wanted(
        tagged(name, tag),
        lambda model: _rows(model, asked, behind),
        lambda _, predicted: _answer(name, asked, predicted),
    )


def _rows(model: LoadedModel, asked: InferRequest, behind: bytes) -> Array:
    asked.output.check(model.answer)
    return rows_of(model.info, asked.input.array(behind))


def _answer(name: str, asked: InferRequest, predicted: Predicted) -> DirectResponse:
    model = predicted.model
    return respond(
        Head(name, model.version, asked.id),
        asked.output,
        model.answer,
        predicted.outputs,
        has_classes=model.info.task == "classification",
    )
