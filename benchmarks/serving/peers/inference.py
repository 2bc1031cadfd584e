"""What every peer does with a request, as its users would write it: decode, run, encode.

Read from the environment: MODEL, the ONNX file; OUTPUT, the output that answers.
"""

import base64
import io
import os
from typing import Any

import numpy as np
import onnxruntime


def session() -> onnxruntime.InferenceSession:
    """Return the model on one thread, as the service runs it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    providers = ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=providers)


def answer(model: onnxruntime.InferenceSession, rows: np.ndarray) -> np.ndarray:
    """Return the outputs of rows."""
    [outputs] = model.run([os.environ["OUTPUT"]], {"inputs": rows})
    return np.asarray(outputs)


def rows_of(instances: list[Any]) -> np.ndarray:
    """Return instances, numbers or images, as rows of float32."""
    if isinstance(instances[0], dict):
        return np.stack([pixels(base64.b64decode(one["b64"])) for one in instances])
    rows = np.asarray(instances, np.float32)
    return rows if rows.ndim > 1 else rows[:, np.newaxis]


def pixels(image: bytes) -> np.ndarray:
    """Return the pixels of a PNG as float32 (784,)."""
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(image)).convert("L"), np.float32).ravel()
