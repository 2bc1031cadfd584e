"""What every refusal has in common."""

from typing import Any

import httpx2

ENVELOPE = {"code", "message", "param", "received"}
CODES = {
    400: "http_error",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "invalid_input",
    429: "quota_exceeded",
    503: "unavailable",
}
MOST_BYTES = 20_000


def refusal(answer: httpx2.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """Return the error of an answer, whose status, envelope and code are checked."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.content) < MOST_BYTES
    assert set(answer.json()) == {"error"}
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == ENVELOPE
    assert error["code"] == (code or CODES[status])
    assert error["message"]
    return error
