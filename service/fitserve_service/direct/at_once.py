"""Answers for which nothing has to be waited for, given without ASGI."""

import time
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import NamedTuple

from starlette.types import Scope

from fitserve_core import tracing
from fitserve_core.logs import bound
from fitserve_service import instruments
from fitserve_service.access.guard import Guard, Header, security_headers
from fitserve_service.access.scopes import admits_at_once
from fitserve_service.dependencies import Services
from fitserve_service.direct.application import DirectApplication
from fitserve_service.direct.asked import Body
from fitserve_service.json_body import INLINE_BYTES
from fitserve_service.requests import HEADER, request_id, tell

# Who sends one of these wants more than an answer, or comes from elsewhere than it seems. Who sends
# a header twice is understood as the application understands it.
NEVER_WITH = {
    b"content-encoding", b"expect", b"origin", b"sec-fetch-site", b"transfer-encoding", b"upgrade",
    b"x-forwarded-for", b"x-forwarded-proto",
}  # fmt: skip


class Answer(NamedTuple):
    """An answer as it is written: its status, the lines of its headers, its body."""

    status: int
    lines: bytes
    body: bytes


class AtOnce:
    """Answers requests of direct routes as the application would, if it need not wait.

    What ASGI has around a request (a task, an event, messages, closures) takes as long as a
    perceptron. Whatever is unusual, or refused before its body is read, goes through it all the
    same.

    Args:
        app: what else would answer.
        guard: what it has before its routes.
        most_bytes: of a body that it reads; with 0 it answers nothing.
    """

    def __init__(self, app: DirectApplication, guard: Guard, most_bytes: int) -> None:
        self._app = app
        self._guard = guard
        self._most_bytes = 0 if tracing.asked_for() else min(most_bytes, INLINE_BYTES)

    def admits(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
        """Let a request pass whose head has come, and return True; or leave it to the application.

        Args:
            scope: of the request; it is told of the route and of what lets it pass.
            headers: of the request.
        """
        length = headers.get(b"content-length", b"")
        return (
            length.isdigit()
            and 0 < int(length) <= self._most_bytes
            and len(headers) == len(scope["headers"])
            and headers.keys().isdisjoint(NEVER_WITH)
            and self._app.matching(scope) is not None
            and self._guard.knows(headers)
            and admits_at_once(scope, headers, self._services)
        )

    def answer(self, scope: Scope, body: Body) -> Answer | None:
        """Return the answer to an admitted request; None if it has to wait.

        Args:
            scope: as `admits` left it.
            body: whole.
        """
        id_ = request_id(body.headers)
        began = time.perf_counter()
        with bound(request_id=id_.decode()):
            response = scope["route"].answer_at_once(scope, body)
            if response is None:
                return None
            status, given = response.status_code, response.raw_headers
            seconds = time.perf_counter() - began
            instruments.count(scope, status, seconds)
            tell(scope, status, seconds)
        lines = as_written([*given, (HEADER, id_)]) + _always(security_headers(given))
        return Answer(status, lines, bytes(response.body))

    @cached_property
    def _services(self) -> Services:
        """The application's parts: it has them once it has started."""
        services: Services = self._app.state.services
        return services


def as_written(headers: Iterable[Header]) -> bytes:
    """Return headers as they are written."""
    return b"".join([b"%s: %s\r\n" % header for header in headers])


@cache
def _always(headers: tuple[Header, ...]) -> bytes:
    return as_written(headers)
