"""The application that answers direct routes first."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from fitserve_service.direct.route import DirectRoute

# Whoever asks without a key chooses paths, too.
MOST_PATHS = 1_000
MOST_CHARACTERS = 200


class DirectApplication(FastAPI):
    """FastAPI whose middleware is outermost, with the direct routes right behind it.

    What FastAPI has around a route and does to find it takes longer than a perceptron, too. A
    request that is traced goes through it all the same, since its span tells of the route.
    """

    def __init__(self, *, direct: Sequence[DirectRoute], **options: Any) -> None:
        super().__init__(routes=list(direct), **options)
        self._direct = direct
        # Matching every route's pattern takes longer than all else that is done to find one.
        self._found = lru_cache(MOST_PATHS)(self._find)

    def build_middleware_stack(self) -> ASGIApp:
        """Return the whole, built when the first request comes."""
        around, self.user_middleware = self.user_middleware, []
        fastapi = super().build_middleware_stack()

        async def stack(scope: Scope, receive: Receive, send: Send) -> None:
            route = None
            if scope["type"] == "http" and "fastapi.telemetry" not in scope:
                route = self.matching(scope)
            await (fastapi if route is None else route.answer)(scope, receive, send)

        app: ASGIApp = stack
        for middleware, arguments, options in reversed(around):
            app = middleware(app, *arguments, **options)
        return app

    def matching(self, scope: Scope) -> DirectRoute | None:
        """Return the direct route of a request, if any; `scope` is told of it."""
        path = scope["path"]
        find = self._found if len(path) <= MOST_CHARACTERS else self._find
        found = find(scope["method"], path)
        if found is None:
            return None
        scope["route"], scope["path_params"] = found
        return found[0]

    def _find(self, method: str, path: str) -> tuple[DirectRoute, Mapping[str, str]] | None:
        for route in self._direct:
            found = route.path_regex.match(path)
            if found and method in (route.methods or ()):
                return route, MappingProxyType(found.groupdict())
        return None
