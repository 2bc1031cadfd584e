"""Routes that are asked thousands of times a second."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.params import Security
from fastapi.routing import APIRoute
from fastapi.security import SecurityScopes
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from fitserve_service.access.scopes import bearer


class DirectRoute(APIRoute):
    """A route whose endpoint is called with the request, its parts and what the path names.

    FastAPI's dependencies take longer than a perceptron. Here they only describe the call in the
    OpenAPI document: the one that lets a request pass is called by itself, and the path's
    parameters come as text. FastAPI matches included routers twice, so these routes belong to the
    application itself.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **described: Any) -> None:
        super().__init__(path, endpoint, **described)
        [scope] = [one for one in self.dependencies if isinstance(one, Security)]
        self._authorise: Callable[..., Any] = scope.dependency  # type: ignore[assignment]
        self._needed = SecurityScopes(list(scope.scopes or ()))
        self.app = self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = _Whole(scope, receive)
        await self._authorise(request, self._needed, await bearer(request))
        parts = request.state.parts
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
