"""The floor: a bare Starlette route with orjson and ONNX Runtime and nothing else."""

import os
from typing import Any

import numpy as np
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.serving.peers.inference import answer, rows_of, session

MODEL = session()
REGRESSION = os.environ["OUTPUT"] == "value"


async def predict(request: Request) -> Response:
    """Answer instances, with the same fields as the service."""
    asked = orjson.loads(await request.body())
    outputs = answer(MODEL, rows_of(asked["instances"]))
    return Response(
        orjson.dumps({"predictions": predictions(outputs)}, option=orjson.OPT_SERIALIZE_NUMPY),
        media_type="application/json",
    )


async def binary(request: Request) -> Response:
    """Answer 784 bytes, a digit, with float32 bytes."""
    row = np.frombuffer(await request.body(), np.uint8)[np.newaxis].astype(np.float32)
    return Response(answer(MODEL, row).tobytes(), media_type="application/octet-stream")


def predictions(outputs: np.ndarray) -> list[dict[str, Any]]:
    """Return labels and probabilities, or values."""
    if REGRESSION:
        return [{"value": value} for value in outputs[:, 0]]
    labels = outputs.argmax(axis=1).tolist()
    return [{"label": a, "probabilities": b} for a, b in zip(labels, outputs, strict=True)]


app = Starlette(
    routes=[
        Route("/predict", predict, methods=["POST"]),
        Route("/binary", binary, methods=["POST"]),
    ]
)

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
