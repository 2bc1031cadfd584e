"""Routes that are asked thousands of times a second."""

from collections.abc import Callable
from typing import Any, cast

from fastapi import Request
from fastapi.params import Security
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from fitserve_core.keys import Scope as AccessScope
from fitserve_service.access.scopes import admit


class DirectRoute(APIRoute):
    """A route whose endpoint is called with the request, its parts and what the path names.

    FastAPI's dependencies take longer than a perceptron. Here they only describe the call in the
    OpenAPI document: the route's scope is asked for by itself, and the path's parameters come as
    text. FastAPI matches included routers twice, so these routes belong to the application itself.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **described: Any) -> None:
        super().__init__(path, endpoint, **described)
        [self._scope] = [
            cast("AccessScope", scope)
            for one in self.dependencies
            if isinstance(one, Security)
            for scope in one.scopes or ()
        ]
        self.app = self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = _Whole(scope, receive)
        parts = admit(request, self._scope)
        response = await self.endpoint(request=request, parts=parts, **scope["path_params"])
        await response(scope, receive, send)


class _Whole(Request):
    """A request whose body is taken as it comes, mostly in one piece."""

    async def body(self) -> bytes:
        """Return the body."""
        pieces: list[bytes] = []
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(pieces)
