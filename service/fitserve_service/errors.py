"""From errors to answers: one table, one envelope."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from fitserve_core.errors import (
    ConflictError,
    FitserveError,
    InvalidInputError,
    NotFoundError,
    UnauthorizedError,
    UnavailableError,
)
from fitserve_core.results import ErrorBody, ErrorEnvelope
from fitserve_core.spec import ExperimentSpec
from fitserve_core.validation import refusal

log = logging.getLogger(__name__)

STATUS_OF: dict[type[FitserveError], int] = {
    UnauthorizedError: 401,
    NotFoundError: 404,
    ConflictError: 409,
    InvalidInputError: 422,
    UnavailableError: 503,
}
HEADERS_OF: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    503: {"Retry-After": "2"},
}


def install_error_handlers(app: FastAPI) -> None:
    """Let every error leave the application in the one envelope."""
    app.add_exception_handler(FitserveError, _domain)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _store)
    app.add_exception_handler(Exception, _unforeseen)


def answer(status: int, error: FitserveError) -> JSONResponse:
    """Return an error in its envelope."""
    body = ErrorBody(
        code=error.code, message=error.message, param=error.param, received=error.received
    )
    content = ErrorEnvelope(error=body).model_dump(mode="json")
    return JSONResponse(content, status, headers=HEADERS_OF.get(status))


def _domain(_request: Request, error: Any) -> JSONResponse:
    for kind in type(error).__mro__:
        if kind in STATUS_OF:
            return answer(STATUS_OF[kind], error)
    return _unforeseen(_request, error)


def _validation(_request: Request, error: Any) -> JSONResponse:
    """Answer in the spec's words; FastAPI says first whether body, query or header was wrong."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        told = f"the body is not JSON: {first['ctx']['error']} at character {first['loc'][1]}"
        return answer(422, InvalidInputError(told))
    details: list[Any] = [{**found, "loc": found["loc"][1:]} for found in error.errors()]
    return answer(422, refusal(details, ExperimentSpec if first["loc"][0] == "body" else None))


def _http(_request: Request, error: Any) -> JSONResponse:
    known = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
    told = FitserveError(str(error.detail))
    told.code = known.get(error.status_code, "http_error")
    return answer(error.status_code, told)


def _store(request: Request, error: Any) -> JSONResponse:
    log.warning("%s %s: the store does not answer: %s", request.method, request.url.path, error)
    return answer(503, UnavailableError("the store does not answer; try again"))


def _unforeseen(request: Request, error: Any) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return answer(500, FitserveError("the service failed to answer; its log tells why"))
