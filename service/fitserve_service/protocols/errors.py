"""Errors as TensorFlow Serving and the Open Inference Protocol word them: one text."""

import json
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

PREFIXES = ("/v1/", "/v2/")
KEPT_HEADERS = {"retry-after", "www-authenticate", "allow", "accept", "accept-encoding"}


class ProtocolError(BaseModel):
    """What went wrong."""

    error: str = Field(description="What was received and what would be right.")


UNPROCESSABLE, BAD_REQUEST = 422, 400
RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ProtocolError},
    "5XX": {"model": ProtocolError},
}


def speaks_protocol(request: Request) -> bool:
    """Return whether a request is to be answered in a protocol's words."""
    return request.url.path.startswith(PREFIXES) or request.url.path == "/v2"


def reworded(response: JSONResponse) -> JSONResponse:
    """Return an answer in the envelope as a protocol's: the message alone, and 400 for 422."""
    message = json.loads(bytes(response.body))["error"]["message"]
    refused = response.status_code == UNPROCESSABLE
    status = BAD_REQUEST if refused else response.status_code
    kept = {key: value for key, value in response.headers.items() if key in KEPT_HEADERS}
    return JSONResponse({"error": message}, status, headers=kept)
