"""Routes that are asked thousands of times a second; the application that answers them first."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.params import Security
from fastapi.routing import APIRoute
from fastapi.security import SecurityScopes
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from fitserve_service.access.scopes import bearer
from fitserve_service.errors import respond_to


class DirectRoute(APIRoute):
    """A route whose endpoint is called with the request, its parts and what the path names.

    FastAPI's dependencies take longer than a perceptron. Here they only describe the call in the
    OpenAPI document: the one that lets a request pass is called by itself, and the path's
    parameters come as text.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **described: Any) -> None:
        super().__init__(path, endpoint, **described)
        [scope] = [one for one in self.dependencies if isinstance(one, Security)]
        self._authorise: Callable[..., Any] = scope.dependency  # type: ignore[assignment]
        self._needed = SecurityScopes(list(scope.scopes or ()))
        self.app = self.answer

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that has been matched, errors as everywhere."""
        request = _Whole(scope, receive)
        try:
            presents = b"authorization" in dict(scope["headers"])
            credentials = await bearer(request) if presents else None
            await self._authorise(request, self._needed, credentials)
            parts = scope["state"]["parts"]
            response: Response = await self.endpoint(
                request=request, parts=parts, **scope["path_params"]
            )
        except Exception as error:
            response = respond_to(request, error)
        await response(scope, receive, send)


class DirectApplication(FastAPI):
    """FastAPI whose middleware is outermost, with the direct routes right behind it.

    What FastAPI has around a route and does to find it takes longer than a perceptron, too. A
    request that is traced goes through it all the same, since its span tells of the route.
    """

    def __init__(self, *, direct: Sequence[DirectRoute], **options: Any) -> None:
        super().__init__(routes=list(direct), **options)
        self._direct = direct

    def build_middleware_stack(self) -> ASGIApp:
        """Return the whole, built when the first request comes."""
        around, self.user_middleware = self.user_middleware, []
        fastapi = super().build_middleware_stack()

        async def stack(scope: Scope, receive: Receive, send: Send) -> None:
            route = None
            if scope["type"] == "http" and "fastapi.telemetry" not in scope:
                route = self._matching(scope)
            await (fastapi if route is None else route.answer)(scope, receive, send)

        app: ASGIApp = stack
        for middleware, arguments, options in reversed(around):
            app = middleware(app, *arguments, **options)
        return app

    def _matching(self, scope: Scope) -> DirectRoute | None:
        for route in self._direct:
            found = route.path_regex.match(scope["path"])
            if found and scope["method"] in (route.methods or ()):
                scope["route"], scope["path_params"] = route, found.groupdict()
                return route
        return None


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
