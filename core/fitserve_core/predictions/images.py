"""Images in prediction requests: base64 of a PNG or JPEG."""

import base64
import binascii
import io
from typing import Any

import numpy as np
from PIL import Image

from fitserve_core.datasets.dataset import Array
from fitserve_core.errors import InvalidInputError
from fitserve_core.received import describe, json_safe

MAX_BASE64_CHARACTERS = 100_000

_GREY_MODES = {"1": "black and white", "L": "8-bit grey"}
_KINDS = {
    "I;16": "16-bit grey",
    "I": "32-bit grey",
    "LA": "grey with alpha",
    "RGB": "colour",
    "RGBA": "colour with alpha",
    "P": "a colour palette",
    "CMYK": "colour (CMYK)",
}


def decode_image(instance: dict[str, Any], param: str, side: int) -> Array:
    """Return the pixels of `{"b64": …}` as float32 (side × side,), 0 black to 255 white.

    The size and the kind of the image are read from its header, before any pixel is decoded.

    Raises:
        InvalidInputError: not base64, not a PNG or JPEG, of another size, or not grey.
    """
    content = _content(instance, param)
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
            _check_header(image, param, side)
            pixels = np.asarray(image.convert("L"), np.float32)
    except InvalidInputError:
        raise
    except Exception as error:  # a damaged file can break a decoder in any way
        raise _refusal(
            param,
            "a PNG or JPEG",
            f"{len(content):,} bytes that cannot be decoded as one ({type(error).__name__})",
            instance,
        ) from error
    return pixels.ravel()


def _content(instance: dict[str, Any], param: str) -> bytes:
    encoded = instance.get("b64")
    if set(instance) != {"b64"} or not isinstance(encoded, str):
        raise _refusal(
            param, 'an object {"b64": "…"} and nothing else', describe(instance), instance
        )
    if len(encoded) > MAX_BASE64_CHARACTERS:
        raise _refusal(
            param,
            f"at most {MAX_BASE64_CHARACTERS:,} characters of base64",
            f"{len(encoded):,}",
            instance,
        )
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refusal(
            param,
            "b64 to hold base64 alone, without a data: prefix or line breaks",
            f"{describe(encoded)} that is not ({error})",
            instance,
        ) from error


def _check_header(image: Image.Image, param: str, side: int) -> None:
    received = f"a {image.format} of {image.width} × {image.height} pixels"
    if image.size != (side, side):
        raise _refusal(param, f"an image of {side} × {side} pixels", received, received)
    if image.mode not in _GREY_MODES:
        kind = _KINDS.get(image.mode, "an unknown kind")
        raise _refusal(
            param,
            f"an image in {' or '.join(_GREY_MODES.values())}",
            f"{image.format} of the wrong kind: {kind} (mode {image.mode})",
            f"{image.format}, mode {image.mode}",
        )


def _refusal(param: str, expected: str, received: str, value: object) -> InvalidInputError:
    return InvalidInputError(
        f"{param}: expected {expected}; received {received}",
        param=param,
        received=json_safe(value),
    )
