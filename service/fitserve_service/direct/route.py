"""Routes that are asked thousands of times a second."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from fastapi.security import SecurityScopes
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fitserve_service.access.scopes import (
    PREDICTIONS,
    PREDICTS,
    authorised_to_predict,
    bearer,
)
from fitserve_service.dependencies import Services
from fitserve_service.direct.asked import Body, Predicted, Wanted
from fitserve_service.errors import respond_to
from fitserve_service.json_body import by_size
from fitserve_service.predict.sessions import LoadedModel

NEEDED = SecurityScopes([PREDICTS])


class DirectRoute(APIRoute):
    """A route whose endpoint says what a request wants: of which model, and what answers with it.

    FastAPI's dependencies take longer than a perceptron. Here they only describe the call in the
    OpenAPI document: the one that lets a request pass, always PREDICTIONS, is called by itself, and
    the path's parameters come as text.
    """

    def __init__(self, path: str, endpoint: Callable[..., Wanted], **described: Any) -> None:
        super().__init__(path, endpoint, **described | {"response_model": None})
        if PREDICTIONS not in self.dependencies:
            raise ValueError(f"{path}: whoever may predict may call a direct route")
        self.app = self.answer

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that has been matched, errors as everywhere."""
        request = _Whole(scope, receive)
        headers = dict(scope["headers"])
        try:
            credentials = await bearer(request) if b"authorization" in headers else None
            await authorised_to_predict(request, NEEDED, credentials)
            body = await request.body()
            wanted = self.wanted(scope, Body(headers, body))
            parts: Services = scope["state"]["parts"]
            model = await parts.sessions.find(wanted.model)
            if wanted.waits:
                response = await run_in_threadpool(_answered, wanted, parts, model)
            else:
                response = await by_size(body, _answered, wanted, parts, model)
        except Exception as error:
            response = respond_to(request, error)
        await response(scope, receive, send)

    def wanted(self, scope: Scope, body: Body) -> Wanted:
        """Return what a request wants.

        Args:
            scope: of the request, matched.
            body: whole.

        Raises:
            FitserveError: the endpoint's.
        """
        wanted: Wanted = self.endpoint(asked=body, **scope["path_params"])
        return wanted


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


def _answered(wanted: Wanted, parts: Services, model: LoadedModel) -> Response:
    rows = wanted.rows(model)
    return wanted.answer(parts, Predicted(model, rows, model.outputs(rows)))
