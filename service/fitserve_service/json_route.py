"""Routes that read a JSON body: the key first, then the type, then the body."""

import email.message
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from fitserve_service.body_limit import BodyLimit
from fitserve_service.json_body import by_size
from fitserve_service.strict_json import strict_json

# What is short as JSON may take fifty times as much memory and seconds to read; no spec comes near.
MOST_BYTES = 2**20
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class JsonRoute(APIRoute):
    """A route that reads nothing from who may not call it, and refuses what is not JSON.

    FastAPI reads a body before it looks at a route's dependencies; here they come first.
    """

    def get_route_handler(self) -> Handler:
        """Return what answers a request."""
        answer = super().get_route_handler()
        if self.body_field is None:
            return answer
        admit = APIRoute(self.path, _admitted, dependencies=self.dependencies).get_route_handler()

        async def handle(request: Request) -> Response:
            await admit(request)
            require_json(dict(request.scope["headers"]))
            request = _bounded(request)
            body = await request.body()
            if not body:
                return await answer(request)
            return await answer(_Parsed(request, body, await by_size(body, strict_json, body)))

        return handle


class _Parsed(Request):
    """A request whose body was read already."""

    def __init__(self, request: Request, body: bytes, parsed: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._body = body
        self._parsed = parsed

    async def json(self) -> Any:
        """Return the body as it was read."""
        return self._parsed


def _bounded(request: Request) -> Request:
    """Return a request of whose body no more is read than of a spec."""
    house = request.app.state.services.settings.max_body_bytes
    limit = BodyLimit(min(MOST_BYTES, house))
    return Request(request.scope, limit.bounded(dict(request.scope["headers"]), request.receive))


def require_json(headers: Mapping[bytes, bytes]) -> None:
    """Refuse a body that is sent as something else than JSON.

    Args:
        headers: of the request, as they came.

    Raises:
        HTTPException: 415, with what would have been right.
    """
    raw = headers.get(b"content-type")
    if raw == b"application/json":  # as nearly all say it; reading it takes a while
        return
    if raw is None and not _has_body(headers):
        return
    given = (raw or b"").decode("latin-1")
    message = email.message.Message()
    message["content-type"] = given
    kind, subtype = message.get_content_maintype(), message.get_content_subtype()
    if not (given and kind == "application" and (subtype == "json" or subtype.endswith("+json"))):
        raise HTTPException(
            415,
            "the body must be JSON, sent with Content-Type: application/json; received "
            + (given or "no Content-Type"),
            {"Accept": "application/json"},
        )


def _has_body(headers: Mapping[bytes, bytes]) -> bool:
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


def _admitted() -> None:
    """Answer nothing: the dependencies of the route have passed."""
