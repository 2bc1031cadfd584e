"""What a request of the Open Inference Protocol asks, as JSON or as JSON with bytes behind it."""

import math
import re
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fitserve_core.errors import InvalidInputError
from fitserve_core.received import describe, quote
from fitserve_service.json_body import json_object
from fitserve_service.protocols.bodies import numbers

INPUT = "inputs"
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

# JSON before bytes says no more than what the bytes are, the same in request after request.
REQUESTS_AT_MOST = 256
HEADER_BYTES = 1024


class RequestInput(NamedTuple):
    """The one input tensor.

    Attributes:
        dtype: of the bytes behind the JSON.
        shape: of the tensor.
        size: how many bytes there are; None where `data` is the tensor.
        data: numbers, as lists; not yet checked.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    size: int | None
    data: Any

    def array(self, behind: bytes) -> NDArray[np.generic]:
        """Return the tensor.

        Args:
            behind: the bytes behind the JSON.

        Raises:
            InvalidInputError: data that is no numbers, or does not fill its shape.
        """
        if self.size is None:
            array = numbers(self.data, "data")
        else:
            array = np.frombuffer(self._whole(behind), self.dtype)
        if array.size != math.prod(self.shape):
            raise InvalidInputError(
                f"data must fill its shape {list(self.shape)}: {math.prod(self.shape)} numbers; "
                f"received {array.size}"
            )
        return array.reshape(self.shape)

    def _whole(self, behind: bytes) -> bytes:
        if self.size != len(behind) or len(behind) % self.dtype.itemsize:
            raise InvalidInputError(
                "binary_data_size must be the length of the tensor behind the JSON, "
                f"{len(behind)} bytes of whole numbers; received {self.size}"
            )
        return behind


class RequestOutput(NamedTuple):
    """How the output tensor is to come.

    Attributes:
        name: of the output; None where the request leaves it to the model.
        as_bytes: whether it goes behind the JSON.
        classes: how many of the most probable classes to name in its place; 0 for none of it.
    """

    name: str | None
    as_bytes: bool
    classes: int

    def check(self, name: str) -> None:
        """Compare with the model's output.

        Raises:
            InvalidInputError: the request names another one.
        """
        if self.name is not None and self.name != name:
            raise InvalidInputError(
                f"the model's one output is {name}; received the name {quote(self.name)}"
            )


class InferRequest(NamedTuple):
    """A request, checked but for what depends on the model, and for the numbers themselves."""

    id: str | None
    input: RequestInput
    output: RequestOutput


def read(body: bytes, header_bytes: str | None) -> tuple[InferRequest, bytes]:
    """Return what a body asks, and the bytes behind its JSON.

    Args:
        body: the whole.
        header_bytes: the header `Inference-Header-Content-Length`, absent where all is JSON.

    Raises:
        InvalidInputError: the header is no length within the body, the JSON is none, or asks for
            what the protocol has not.
    """
    if header_bytes is None:
        return _parsed(body), b""
    if not (DIGITS.fullmatch(header_bytes) and int(header_bytes) <= len(body)):
        raise InvalidInputError(
            "Inference-Header-Content-Length must be the length of the JSON in bytes, at most "
            f"{len(body)}; received {quote(header_bytes)}"
        )
    length = int(header_bytes)
    parsed = _parsed_before if length <= HEADER_BYTES else _parsed
    return parsed(body[:length]), body[length:]


def _parsed(content: bytes) -> InferRequest:
    asked = json_object(content)
    id_ = asked.get("id")
    if not (id_ is None or isinstance(id_, str)):
        raise InvalidInputError(f"id must be a text; received {describe(id_)}", param="id")
    return InferRequest(id_, _input(asked.get("inputs")), _output(asked))


_parsed_before = lru_cache(REQUESTS_AT_MOST)(_parsed)


def _input(inputs: Any) -> RequestInput:
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise InvalidInputError(
            f"inputs must be a list of the one tensor {INPUT}; received {describe(inputs)}"
        )
    [given] = inputs
    if given.get("name") != INPUT:
        raise InvalidInputError(
            f"the model's input is {INPUT}; received the name {quote(given.get('name'))}"
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
    if not (size is None or type(size) is int):
        raise InvalidInputError(
            f"binary_data_size must be a number of bytes; received {quote(size)}"
        )
    data = given.get("data") if size is None else None
    return RequestInput(DTYPES[datatype], tuple(shape), size, data)


def _output(asked: dict[str, Any]) -> RequestOutput:
    outputs = asked.get("outputs")
    in_bytes = _parameters(asked).get("binary_data_output", False)
    if outputs is None or outputs == []:
        return RequestOutput(None, bool(in_bytes), 0)
    if not isinstance(outputs, list) or len(outputs) != 1 or not isinstance(outputs[0], dict):
        raise InvalidInputError(f"outputs must name the one output; received {describe(outputs)}")
    [wanted] = outputs
    name, parameters = wanted.get("name"), _parameters(wanted)
    if not isinstance(name, str):
        raise InvalidInputError(f"an output must have its name; received {quote(name)}")
    classes = parameters.get("classification") or 0
    if type(classes) is not int or classes < 0:
        raise InvalidInputError(
            f"classification must be how many classes to name, 1 or more; received {quote(classes)}"
        )
    return RequestOutput(name, bool(parameters.get("binary_data", in_bytes)), classes)


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
