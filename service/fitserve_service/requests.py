"""A request's id, in and out and in every line of the log, and one line when it was answered."""

import logging
import os
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fitserve_core.logs import bound
from fitserve_service.direct_route import DirectRoute

log = logging.getLogger(__name__)

HEADER = b"x-request-id"
ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
# What asks all day long; its lines would hide the others. Predictions' would, too, and writing one
# takes longer than a perceptron.
QUIET = {"/healthz", "/readyz", "/metrics"}
OK = 200


class RequestLog:
    """Give every request an id, and say how it was answered: at the level debug what is frequent.

    The id is the client's `X-Request-ID` where that is a word of at most 128 letters, digits, dots,
    dashes and underscores, else a new one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on within its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id_ = _id(scope)
        began, status = time.perf_counter(), 0

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (HEADER, id_)]}
            await send(message)

        with bound(request_id=id_.decode()):
            try:
                await self._app(scope, receive, named)
            finally:
                level = _level(scope, status)
                if log.isEnabledFor(level):
                    _tell(level, scope, status, time.perf_counter() - began)


def _id(scope: Scope) -> bytes:
    given = dict(scope["headers"]).get(HEADER)
    return given if given and ID.fullmatch(given) else os.urandom(16).hex().encode()


def _level(scope: Scope, status: int) -> int:
    predicted = isinstance(scope.get("route"), DirectRoute) and status == OK
    return logging.DEBUG if predicted or scope["path"] in QUIET else logging.INFO


def _tell(level: int, scope: Scope, status: int, seconds: float) -> None:
    fields = {
        "method": scope["method"],
        "path": scope["path"][:200],
        "status": status,
        "seconds": round(seconds, 6),
    }
    about = scope.get("path_params", {}).get("id")
    if isinstance(about, str) and about.startswith("exp_"):
        fields["experiment_id"] = about[:40]
    log.log(level, "answered", extra={"fields": fields})
