"""Answers of the Open Inference Protocol, as JSON or as JSON with bytes behind it."""

import struct
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from fitserve_service.direct.response import DirectResponse
from fitserve_service.protocols.infer_request import RequestOutput

HEADER_LENGTH = b"inference-header-content-length"
# JSON before bytes is the same in answer after answer, but where requests have ids.
ANSWERS_AT_MOST = 256


class Head(NamedTuple):
    """What an answer says besides its tensor: the model's name and version, the request's id."""

    model_name: str
    model_version: int | None
    id: str | None


class OutputTensor(NamedTuple):
    """What an answer says of its tensor."""

    name: str
    datatype: str
    shape: tuple[int, ...]


def respond(
    head: Head,
    wanted: RequestOutput,
    name: str,
    values: NDArray[np.float32],
    *,
    has_classes: bool,
) -> DirectResponse:
    """Return the answer as it was asked for.

    Args:
        head: what it begins with.
        wanted: how the tensor is to come.
        name: the model's output.
        values: (n, outputs).
        has_classes: whether the outputs are classes, each labelled with its index.
    """
    if wanted.classes:
        best = np.argsort(-values, axis=1, kind="stable")[:, : wanted.classes]
        texts = _classes(values, best, labelled=has_classes)
        tensor = OutputTensor(name, "BYTES", best.shape)
        if wanted.as_bytes:
            encoded = [text.encode() for text in texts]
            return _behind(head, tensor, b"".join(struct.pack("<I", len(e)) + e for e in encoded))
        return _within(head, tensor, texts)
    tensor = OutputTensor(name, "FP32", values.shape)
    if wanted.as_bytes:
        return _behind(head, tensor, values.astype("<f4", copy=False).tobytes())
    return _within(head, tensor, values.ravel())


def _classes(values: NDArray[np.float32], best: NDArray[np.intp], *, labelled: bool) -> list[str]:
    """Return the best of each row as `value:index`, with `:label` where labelled."""
    return [
        f"{row[index]:f}:{index}" + (f":{index}" if labelled else "")
        for row, indices in zip(values, best, strict=True)
        for index in indices
    ]


def _within(head: Head, tensor: OutputTensor, data: Any) -> DirectResponse:
    return DirectResponse(_json(head, {**tensor._asdict(), "data": data}), b"application/json")


def _behind(head: Head, tensor: OutputTensor, data: bytes) -> DirectResponse:
    told = _before_bytes if head.id is not None else _before_bytes_again
    header = told(head, tensor, len(data))
    length = (HEADER_LENGTH, b"%d" % len(header))
    return DirectResponse(header + data, b"application/octet-stream", length)


def _before_bytes(head: Head, tensor: OutputTensor, size: int) -> bytes:
    return _json(head, {**tensor._asdict(), "parameters": {"binary_data_size": size}})


_before_bytes_again = lru_cache(ANSWERS_AT_MOST)(_before_bytes)


def _json(head: Head, tensor: dict[str, Any]) -> bytes:
    content: dict[str, Any] = {"model_name": head.model_name, "outputs": [tensor]}
    if head.model_version is not None:
        content["model_version"] = str(head.model_version)
    if head.id is not None:
        content["id"] = head.id
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
