"""A request's id, in and out and in every line of the log, and one line when it was answered."""

import logging
import re
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fitserve_core.logs import bound

log = logging.getLogger(__name__)

HEADER = b"x-request-id"
ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
# What asks all day long; its lines would hide the others.
QUIET = {"/healthz", "/readyz", "/metrics"}


class RequestLog:
    """Give every request an id, and say how it was answered.

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
                if log.isEnabledFor(logging.INFO) and scope["path"] not in QUIET:
                    _tell(scope, status, time.perf_counter() - began)


def _id(scope: Scope) -> bytes:
    given = dict(scope["headers"]).get(HEADER)
    return given if given and ID.fullmatch(given) else secrets.token_hex(16).encode()


def _tell(scope: Scope, status: int, seconds: float) -> None:
    fields = {
        "method": scope["method"],
        "path": scope["path"][:200],
        "status": status,
        "seconds": round(seconds, 6),
    }
    about = scope.get("path_params", {}).get("id")
    if isinstance(about, str) and about.startswith("exp_"):
        fields["experiment_id"] = about[:40]
    log.info("answered", extra={"fields": fields})
