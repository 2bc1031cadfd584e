"""Tensors of the Open Inference Protocol, as JSON or as bytes behind the JSON."""

import math
import re
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitserve_core.errors import InvalidInputError
from fitserve_core.received import describe, quote
from fitserve_service.json_body import json_object
from fitserve_service.protocols.bodies import numbers

DTYPES = {
    name: np.dtype(code)
    for name, code in {
        "FP16": "<f2", "FP32": "<f4", "FP64": "<f8",
        "INT8": "<i1", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8",
        "UINT8": "<u1", "UINT16": "<u2", "UINT32": "<u4", "UINT64": "<u8",
    }.items()
}  # fmt: skip
MOST_AXES = 8
# More than any body has; Python reads no number of thousands of digits.
DIGITS = re.compile(r"[0-9]{1,20}")
Tensor = tuple[dict[str, Any], bytes | None]


def split(body: bytes, header_bytes: str | None) -> tuple[dict[str, Any], bytes]:
    """Return the JSON of a request and the bytes behind it.

    Args:
        body: the whole.
        header_bytes: the header `Inference-Header-Content-Length`, absent where all is JSON.

    Raises:
        InvalidInputError: the header is no length within the body, or the JSON is none.
    """
    if header_bytes is None:
        return json_object(body), b""
    if not (DIGITS.fullmatch(header_bytes) and int(header_bytes) <= len(body)):
        raise InvalidInputError(
            "Inference-Header-Content-Length must be the length of the JSON in bytes, at most "
            f"{len(body)}; received {quote(header_bytes)}"
        )
    return json_object(body[: int(header_bytes)]), body[int(header_bytes) :]


def read_input(request: dict[str, Any], binary: bytes, name: str) -> NDArray[np.generic]:
    """Return the one input tensor of a request.

    Raises:
        InvalidInputError: another number of inputs, another name, a type that is no number, data
            that does not fill its shape.
    """
    inputs = request.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise InvalidInputError(
            f"inputs must be a list of the one tensor {name}; received {describe(inputs)}"
        )
    [given] = inputs
    if given.get("name") != name:
        raise InvalidInputError(
            f"the model's input is {name}; received the name {quote(given.get('name'))}"
        )
    datatype, shape = given.get("datatype"), given.get("shape")
    if not isinstance(datatype, str) or datatype not in DTYPES:
        raise InvalidInputError(
            f"datatype must be one of {', '.join(DTYPES)}; received {quote(datatype)}"
        )
    if not _is_shape(shape):
        raise InvalidInputError(
            f"shape must be a list of at most {MOST_AXES} sizes; received {describe(shape)}"
        )
    size = _parameters(given).get("binary_data_size")
    if size is None:
        array = numbers(given.get("data"), "data")
    else:
        array = _from_bytes(binary, size, DTYPES[datatype])
    if array.size != math.prod(shape):
        raise InvalidInputError(
            f"data must fill its shape {shape}: {math.prod(shape)} numbers; received {array.size}"
        )
    return array.reshape(shape)


def write_output(
    request: dict[str, Any], name: str, values: NDArray[np.float32], *, has_classes: bool
) -> Tensor:
    """Return the output tensor as it was asked for: its JSON, and its bytes if they go behind.

    Args:
        request: whose `outputs` and parameters decide.
        name: the model's output.
        values: (n, outputs).
        has_classes: whether the outputs are classes, each labelled with its index.

    Raises:
        InvalidInputError: outputs that the model has not.
    """
    given = request.get("outputs")
    asked = [{"name": name}] if given is None or given == [] else given
    if not isinstance(asked, list) or len(asked) != 1 or not isinstance(asked[0], dict):
        raise InvalidInputError(f"the model's one output is {name}; received {describe(asked)}")
    [wanted] = asked
    if wanted.get("name") != name:
        raise InvalidInputError(
            f"the model's output is {name}; received the name {quote(wanted.get('name'))}"
        )
    parameters = _parameters(wanted)
    as_bytes = parameters.get("binary_data", _parameters(request).get("binary_data_output", False))
    count = parameters.get("classification", 0)
    if count:
        return _classes(name, values, count, labelled=has_classes, as_bytes=bool(as_bytes))
    tensor: dict[str, Any] = {"name": name, "datatype": "FP32", "shape": list(values.shape)}
    if as_bytes:
        return _behind(tensor, values.astype("<f4").tobytes())
    return {**tensor, "data": values.ravel()}, None


def _classes(
    name: str,
    values: NDArray[np.float32],
    count: Any,
    *,
    labelled: bool,
    as_bytes: bool,
) -> Tensor:
    """Return the highest `count` of each row as `value:index`, with `:label` where labelled."""
    if type(count) is not int or count < 1:
        raise InvalidInputError(
            f"classification must be how many classes to name, 1 or more; received {quote(count)}"
        )
    best = np.argsort(-values, axis=1, kind="stable")[:, :count]
    texts = [
        f"{row[index]:f}:{index}" + (f":{index}" if labelled else "")
        for row, indices in zip(values, best, strict=True)
        for index in indices
    ]
    tensor: dict[str, Any] = {"name": name, "datatype": "BYTES", "shape": list(best.shape)}
    if not as_bytes:
        return {**tensor, "data": texts}, None
    encoded = [text.encode() for text in texts]
    return _behind(tensor, b"".join(struct.pack("<I", len(one)) + one for one in encoded))


def _behind(tensor: dict[str, Any], content: bytes) -> Tensor:
    return {**tensor, "parameters": {"binary_data_size": len(content)}}, content


def _from_bytes(binary: bytes, size: Any, dtype: np.dtype[Any]) -> NDArray[np.generic]:
    if type(size) is not int or size != len(binary) or size % dtype.itemsize:
        raise InvalidInputError(
            f"binary_data_size must be the length of the tensor behind the JSON, {len(binary)} "
            f"bytes of whole numbers; received {quote(size)}"
        )
    return np.frombuffer(binary, dtype)


def _is_shape(shape: Any) -> bool:
    if not isinstance(shape, list) or len(shape) > MOST_AXES:
        return False
    return all(type(size) is int and size >= 0 for size in shape)


def _parameters(holder: dict[str, Any]) -> dict[str, Any]:
    given = holder.get("parameters")
    parameters = {} if given is None else given
    if not isinstance(parameters, dict):
        raise InvalidInputError(f"parameters must be an object; received {describe(parameters)}")
    return parameters
