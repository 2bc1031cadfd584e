"""Answers for which nothing has to be waited for, given without ASGI."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from typing import NamedTuple

from starlette.types import Scope

from fitserve_core import tracing
from fitserve_service.access.guard import Guard, Header, security_headers
from fitserve_service.access.scopes import admits_at_once
from fitserve_service.dependencies import Services
from fitserve_service.direct.application import DirectApplication
from fitserve_service.direct.asked import Body
from fitserve_service.direct.prediction import Prediction
from fitserve_service.direct.together import answer_together
from fitserve_service.json_body import INLINE_BYTES
from fitserve_service.requests import HEADER

# Who sends one of these wants more than an answer, or comes from elsewhere than it seems. Who sends
# a header twice is understood as the application understands it.
NEVER_WITH = {
    b"content-encoding", b"expect", b"origin", b"sec-fetch-site", b"transfer-encoding", b"upgrade",
    b"x-forwarded-for", b"x-forwarded-proto",
}  # fmt: skip


# Of bodies that are answered together: read, they may take thirty times as much memory.
MOST_BYTES = 2**20


class Answer(NamedTuple):
    """An answer as it is written: its status, the lines of its headers, its body."""

    status: int
    lines: bytes
    body: bytes


Reply = Callable[[Answer | None], None]


class AtOnce:
    """Answers requests of direct routes as the application would, if it need not wait.

    Those that come in one turn of the event loop are answered together, at its end.

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
        self._taken: dict[Prediction, Reply] = {}
        self._taken_bytes = 0
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
            and b"host" in headers
            and headers.keys().isdisjoint(NEVER_WITH)
            and self._app.matching(scope) is not None
            and self._guard.knows(headers)
            and admits_at_once(scope, headers, self._services)
        )

    def take(self, scope: Scope, body: Body, reply: Reply) -> Prediction:
        """Answer an admitted request at the end of this turn of the event loop, or when more comes.

        Args:
            scope: as `admits` left it.
            body: whole.
            reply: is called with the answer; with None if it has to be waited for.
        """
        if self._taken_bytes + len(body.content) > MOST_BYTES:
            self._end_turn()
        if not self._taken:
            asyncio.get_running_loop().call_soon(self._end_turn)
        prediction = Prediction(scope, body)
        self._taken[prediction] = reply
        self._taken_bytes += len(body.content)
        return prediction

    def answer_now(self, prediction: Prediction) -> None:
        """Answer a request that was taken, unless it is answered, before the turn ends."""
        reply = self._taken.pop(prediction, None)
        if reply is not None:
            self._answer({prediction: reply})

    def _end_turn(self) -> None:
        taken, self._taken, self._taken_bytes = self._taken, {}, 0
        self._answer(taken)

    def _answer(self, taken: Mapping[Prediction, Reply]) -> None:
        answer_together(taken)
        # No answer is sent before all are there: it would wake a client, which then sleeps again.
        answers = [_written(prediction) for prediction in taken]
        for reply, answer in zip(taken.values(), answers, strict=True):
            reply(answer)

    @cached_property
    def _services(self) -> Services:
        """The application's parts: it has them once it has started."""
        services: Services = self._app.state.services
        return services


def _written(prediction: Prediction) -> Answer | None:
    response = prediction.response
    if response is None:
        return None
    given = response.raw_headers
    lines = as_written([*given, (HEADER, prediction.id)]) + _always(security_headers(given))
    return Answer(response.status_code, lines, bytes(response.body))


def as_written(headers: Iterable[Header]) -> bytes:
    """Return headers as they are written."""
    return b"".join([b"%s: %s\r\n" % header for header in headers])


@cache
def _always(headers: tuple[Header, ...]) -> bytes:
    return as_written(headers)
