"""The works: what is asked of every contender, in the form that it takes."""

import base64
import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.serving.load import Body
from benchmarks.serving.models import some_digits

MANY = 1_000
PEERS = ("MLServer", "BentoML", "LitServe")


@dataclass(frozen=True)
class Work:
    """One kind of request.

    Attributes:
        name: as tables call it.
        dataset: whose model answers.
        output: of the model, that answers.
        bodies: what is posted, by contender; this project's first.
        rows: how many a request asks for.
    """

    name: str
    dataset: str
    output: str
    bodies: dict[str, Body]
    rows: int = 1


def works() -> dict[str, Work]:
    """Return every work by a short name."""
    pixels = some_digits(MANY)
    return {
        "numbers": _digits("one digit as JSON numbers", pixels[:1]),
        "png": _images("one digit as base64 PNG", pixels[0]),
        "compact": _compact("one digit, most compact form", pixels[:1]),
        "many": _digits(f"{MANY:,} digits as JSON numbers", pixels),
        "wavelength": _wavelength("one wavelength", 451.5),
    }


def _digits(name: str, pixels: NDArray[np.uint8]) -> Work:
    instances = pixels.tolist()
    bodies = _bodies("mnist", instances, _numbers(pixels))
    if len(pixels) == MANY:
        del bodies["LitServe"]  # six such requests a second are too few to tell of latencies
    return Work(name, "mnist", "probabilities", bodies, len(pixels))


def _images(name: str, pixels: NDArray[np.uint8]) -> Work:
    file = io.BytesIO()
    Image.fromarray(pixels.reshape(28, 28)).save(file, "PNG")
    encoded = base64.b64encode(file.getvalue()).decode()
    tensor = _tensor("BYTES", [1], [encoded])
    return Work(name, "mnist", "probabilities", _bodies("mnist", [{"b64": encoded}], tensor))


def _compact(name: str, pixels: NDArray[np.uint8]) -> Work:
    """Bare pixels: as a binary tensor, as base64 where JSON is all there is, as nothing else."""
    header = {
        "inputs": [
            {
                "name": "inputs",
                "datatype": "UINT8",
                "shape": list(pixels.shape),
                "parameters": {"binary_data_size": pixels.nbytes},
            }
        ],
        "parameters": {"binary_data_output": True},
    }
    told = _json(header)
    binary = {"Content-Type": "application/octet-stream"}
    length = {"Inference-Header-Content-Length": str(len(told))}
    encoded = base64.b64encode(pixels.tobytes()).decode()
    tensor = _tensor("BYTES", [1], [encoded])
    bodies = {
        "fitserve": Body("/v2/models/mnist/infer", told + pixels.tobytes(), binary | length),
        "floor": Body("/binary", pixels.tobytes(), binary),
        "MLServer": Body("/v2/models/model/infer", tensor),
        "MLServer, JSON numbers": Body("/v2/models/model/infer", _numbers(pixels)),
    }
    return Work(name, "mnist", "probabilities", bodies)


def _wavelength(name: str, nanometres: float) -> Work:
    tensor = _tensor("FP32", [1, 1], [nanometres])
    return Work(name, "eckerle4", "value", _bodies("eckerle4", [nanometres], tensor))


def _bodies(model: str, instances: list[Any], tensor: bytes) -> dict[str, Body]:
    asked = _json({"instances": instances})
    return {
        "fitserve": Body("/predict", _json({"model": model, "instances": instances})),
        "floor": Body("/predict", asked),
        "MLServer": Body("/v2/models/model/infer", tensor),
        "BentoML": Body("/predict", asked),
        "LitServe": Body("/predict", asked),
    }


def _numbers(pixels: NDArray[np.uint8]) -> bytes:
    return _tensor("FP32", list(pixels.shape), pixels.ravel().tolist())


def _tensor(datatype: str, shape: list[int], data: list[Any]) -> bytes:
    tensor = {"name": "inputs", "datatype": datatype, "shape": shape, "data": data}
    return _json({"inputs": [tensor]})


def _json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
