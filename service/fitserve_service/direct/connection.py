"""The connection that answers by itself what can be answered at once."""

import re
from dataclasses import dataclass
from typing import Any, cast

from starlette.types import Scope
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from fitserve_service.connections import BoundedConnection
from fitserve_service.direct.asked import Body
from fitserve_service.direct.at_once import Answer, AtOnce, as_written
from fitserve_service.direct.prediction import Prediction

# A path that is the same however it is read: without a query, a fragment, something escaped. None
# of those that are asked is longer.
PLAIN = re.compile(rb"[A-Za-z0-9/:._@-]{1,1000}")


@dataclass
class _Held:
    """A request that is still to be answered: its head, what has come of its body, and the whole.

    Attributes:
        scope: of the request.
        headers: by name.
        pieces: of its body.
        whole: what was taken to be answered, once all has come.
    """

    scope: Scope
    headers: dict[bytes, bytes]
    pieces: list[bytes]
    whole: Prediction | None = None


class DirectConnection(BoundedConnection):
    """A bounded connection that holds a request for a prediction until its body is whole.

    Then it is answered in the same turn of the event loop. Where that cannot be done after all, and
    where there is something unusual about the connection, the request goes to the application as
    any other. So does what was sent along with a request that is answered at once: others have
    their turn first.
    """

    _held: _Held | None = None
    _has_answered = False

    def __init__(self, config: Config, *others: Any, **more: Any) -> None:
        super().__init__(config, *others, **more)
        self._at_once: AtOnce = config.app.state.at_once  # type: ignore[union-attr]

    def data_received(self, data: bytes) -> None:
        """Read on, and answer one request at most."""
        self._has_answered = False
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Wait for a request that has begun as long as for any, also behind another's answer."""
        self._answer_whole()
        self._unset_keepalive_if_required()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Hold the request, or let it be answered."""
        if self._is_usual():
            scope, headers = cast("Scope", self.scope), dict(self.headers)
            # All that finding a route takes; the application tells it the same.
            scope["method"], scope["path"] = "POST", self.url.decode("ascii")
            if self._at_once.admits(scope, headers):
                self._held = _Held(scope, headers, [])
                self._await_body()
                return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        if self._held is None:
            super().on_body(body)
        else:
            self._held.pieces.append(body)

    def on_message_complete(self) -> None:
        """Hand over what is held, to be answered."""
        held = self._held
        if held is None:
            super().on_message_complete()
            return
        self._ended()
        body = Body(held.headers, b"".join(held.pieces))
        held.whole = self._at_once.take(held.scope, body, self._reply)

    def connection_lost(self, exc: Exception | None) -> None:
        """Answer nothing any more."""
        self._held = None
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close the connection once what was asked is answered."""
        self._answer_whole()
        self._release()
        super().shutdown()

    def _answer_whole(self) -> None:
        """Answer a request that is whole before anything else is done."""
        if self._held is not None and self._held.whole is not None:
            self._at_once.answer_now(self._held.whole)

    def _reply(self, answer: Answer | None) -> None:
        if self._held is None:
            return  # the client has gone
        if answer is None:
            self._release()
            return
        self._held = None
        self._has_answered = True
        status = STATUS_LINE[answer.status] + as_written(self.server_state.default_headers)
        self.transport.send(b"%s%s\r\n%s" % (status, answer.lines, answer.body))
        self.on_response_complete()

    def _release(self) -> None:
        """Hand what is held to the application."""
        held, self._held = self._held, None
        if held is not None:
            super().on_headers_complete()
            super().on_body(b"".join(held.pieces))
            if held.whole is not None:
                super().on_message_complete()

    def _is_usual(self) -> bool:
        """Tell whether nothing is to be done but to answer, and to wait for the next request."""
        return (
            self.parser.get_method() == b"POST"
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and (self.cycle is None or self.cycle.response_complete)
            and PLAIN.fullmatch(self.url) is not None
            and not (self._has_answered or self.flow.write_paused or self._is_full())
        )

    def _refuse(self, status: int, code: str, told: str) -> None:
        self._answer_whole()
        super()._refuse(status, code, told)

    def _is_answered(self) -> bool:
        return self._held is None and super()._is_answered()
