"""From errors to answers: one table, one envelope."""

import logging
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from fitserve_core.errors import (
    AddressTooLongError,
    BadRequestError,
    ConflictError,
    FitserveError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    QuotaExceededError,
    RateLimitedError,
    UnauthorizedError,
    UnavailableError,
)
from fitserve_core.received import json_safe, shorten
from fitserve_core.results import ErrorBody, ErrorEnvelope
from fitserve_core.validation import refusal
from fitserve_service.allowing import allowed_methods
from fitserve_service.protocols.errors import reworded, speaks_protocol

log = logging.getLogger(__name__)

STATUS_OF: dict[type[FitserveError], int] = {
    BadRequestError: 400,
    UnauthorizedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    AddressTooLongError: 414,
    InvalidInputError: 422,
    QuotaExceededError: 429,
    RateLimitedError: 429,
    UnavailableError: 503,
}
HEADERS_OF: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "10"},
    503: {"Retry-After": "2"},
}
CODE_OF: dict[int, str] = {
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
}
MOST_CHARACTERS = 4_000
ERROR_STATUSES: dict[int | str, dict[str, object]] = {
    "4XX": {"model": ErrorEnvelope, "description": "What was received and what would be right"},
    "5XX": {"model": ErrorEnvelope, "description": "A part that is needed is out of reach"},
}
Handler = Callable[[Request, Any], JSONResponse]


def install_error_handlers(app: FastAPI) -> None:
    """Let every error leave in the one envelope, or in the words of the protocol spoken."""
    for kind in HANDLERS:
        app.add_exception_handler(kind, respond_to)


def respond_to(request: Request, error: Exception) -> JSONResponse:
    """Return an error's answer, in a protocol's words where one was spoken."""
    handler = next(HANDLERS[kind] for kind in type(error).__mro__ if kind in HANDLERS)
    response = handler(request, error)
    return reworded(response) if speaks_protocol(request) else response


def answer(status: int, error: FitserveError) -> JSONResponse:
    """Return an error in its envelope, never longer than people read."""
    body = ErrorBody(
        code=error.code,
        message=shorten(error.message, MOST_CHARACTERS),
        param=error.param and shorten(error.param),
        received=json_safe(error.received),
    )
    content = ErrorEnvelope(error=body).model_dump(mode="json")
    response = JSONResponse(content, status, headers=HEADERS_OF.get(status))
    if isinstance(error, RateLimitedError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _domain(_request: Request, error: Any) -> JSONResponse:
    for kind in type(error).__mro__:
        if kind in STATUS_OF:
            return answer(STATUS_OF[kind], error)
    return _unforeseen(_request, error)


def _validation(request: Request, error: Any) -> JSONResponse:
    """Answer in the spec's words; FastAPI says first whether body, query or header was wrong."""
    first = error.errors()[0]
    if first["loc"] == ("body",) and first["input"] is None:
        told = "the body must be a JSON object; received nothing or null"
        return answer(422, InvalidInputError(told, received="nothing or null"))
    details: list[Any] = [{**found, "loc": found["loc"][1:]} for found in error.errors()]
    return answer(
        422, refusal(details, _body_model(request) if first["loc"][0] == "body" else None)
    )


def _body_model(request: Request) -> type[BaseModel] | None:
    """Return what the request's body was to be validated as, where that is a model."""
    field = getattr(request.scope.get("route"), "body_field", None)
    model = field.field_info.annotation if field else None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _http(request: Request, error: Any) -> JSONResponse:
    told = FitserveError(f"{request.method} {request.url.path}: {error.detail}")
    told.code = CODE_OF.get(error.status_code, "http_error")
    response = answer(error.status_code, told)
    response.headers.update(error.headers or {})
    if error.status_code == 405 and (methods := allowed_methods(request.app, request.url.path)):
        # Starlette names those of the first route of a path; another may take more.
        response.headers["Allow"] = ", ".join(methods)
    return response


def _gone(_request: Request, _error: Any) -> JSONResponse:
    """Answer nobody: the connection ended before the body did."""
    return answer(400, FitserveError("the connection ended before the request's body"))


def _unstorable(_request: Request, error: Any) -> JSONResponse:
    return answer(422, InvalidInputError(f"the store cannot hold such a value: {error.orig}"))


def _store(request: Request, error: Any) -> JSONResponse:
    log.warning("%s %s: the store does not answer: %s", request.method, request.url.path, error)
    if "disk is full" in str(error) or "No space left on device" in str(error):
        return answer(503, UnavailableError("the store's disk is full; make room, then try again"))
    return answer(503, UnavailableError("the store does not answer; try again"))


def _unforeseen(request: Request, error: Any) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return answer(500, FitserveError("the service failed to answer; its log tells why"))


HANDLERS: dict[type, Handler] = {
    FitserveError: _domain,
    RequestValidationError: _validation,
    HTTPException: _http,
    DataError: _unstorable,
    OperationalError: _store,
    PoolTimeoutError: _store,
    ClientDisconnect: _gone,
    Exception: _unforeseen,
}
