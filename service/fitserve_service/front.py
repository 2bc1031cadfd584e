"""What is done to every request and its answer."""

import time
from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fitserve_core.errors import AddressTooLongError, BadRequestError, FitserveError
from fitserve_core.logs import bound
from fitserve_service import instruments
from fitserve_service.access.guard import Guard, security_headers
from fitserve_service.body_limit import BodyLimit
from fitserve_service.errors import respond_to
from fitserve_service.requests import HEADER, request_id, tell

# RFC 9110, 4.1: as many as are to be read at least.
MOST_ADDRESS_BYTES = 8_000


class Front:
    """Give a request its id, let it pass or refuse it, bound its address and its body.

    Add headers to its answer, count and log it.

    In one step: code that a request runs through costs more than what it does.
    """

    def __init__(self, app: ASGIApp, guard: Guard, limit: BodyLimit) -> None:
        self._app = app
        self._guard = guard
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        id_ = request_id(headers)
        began, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status, given = message["status"], message["headers"]
                message["headers"] = [*given, *security_headers(given), (HEADER, id_)]
                instruments.count(scope, status, time.perf_counter() - began)
            await send(message)

        with bound(request_id=id_.decode()):
            try:
                app = _refused(scope, headers) or self._guard.refused(scope, headers) or self._app
                await app(scope, self._limit.bounded(headers, receive), answer)
            finally:
                tell(scope, status, time.perf_counter() - began)


def _refused(scope: Scope, headers: Mapping[bytes, bytes]) -> ASGIApp | None:
    """Return the answer to a request whose head is none of this API's, None for all others."""
    error = _too_long(scope) or _not_one_host(scope, headers)
    return None if error is None else respond_to(Request(scope), error)


def _too_long(scope: Scope) -> FitserveError | None:
    query = scope["query_string"]
    size = len(scope["raw_path"]) + (len(query) + 1 if query else 0)
    if size <= MOST_ADDRESS_BYTES:
        return None
    told = f"a path and its query have at most {MOST_ADDRESS_BYTES:,} bytes; received {size:,}"
    return AddressTooLongError(told)


def _not_one_host(scope: Scope, headers: Mapping[bytes, bytes]) -> FitserveError | None:
    # RFC 9112, 3.2: of several, who stands in front may read one and this service another.
    given = scope["headers"]
    if b"host" in headers and len(headers) == len(given):
        return None
    hosts = sum(name == b"host" for name, _ in given)
    if hosts == 1 or (hosts == 0 and scope["http_version"] == "1.0"):
        return None
    return BadRequestError(f"a request has one Host header; received {hosts or 'none'}")
