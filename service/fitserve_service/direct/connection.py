"""The connection that answers by itself what can be answered at once."""

import re
from typing import Any, NamedTuple, cast

from starlette.types import Scope
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from fitserve_service.connections import BoundedConnection
from fitserve_service.direct.asked import Body
from fitserve_service.direct.at_once import AtOnce, as_written

# A path that is the same however it is read: without a query, a fragment, something escaped.
PLAIN = re.compile(rb"[A-Za-z0-9/:._@-]+")


class _Held(NamedTuple):
    """A request whose body is still to come: its head, and what has come."""

    scope: Scope
    headers: dict[bytes, bytes]
    pieces: list[bytes]


class DirectConnection(BoundedConnection):
    """A bounded connection that holds a request for a prediction until its body is whole.

    Then it is answered in the same call. Where that cannot be done after all, and where there is
    something unusual about the connection, the request goes to the application as any other. So
    does what was sent along with a request that is answered at once: others have their turn first.
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
        """Answer what is held."""
        if self._held is None:
            super().on_message_complete()
            return
        scope, headers, pieces = self._held
        answer = self._at_once.answer(scope, Body(headers, b"".join(pieces)))
        if answer is None:
            self._release()
            super().on_message_complete()
            return
        self._held = None
        self._has_answered = True
        self._expect(None)
        status = STATUS_LINE[answer.status] + as_written(self.server_state.default_headers)
        self.transport.write(b"%s%s\r\n%s" % (status, answer.lines, answer.body))
        self.on_response_complete()

    def shutdown(self) -> None:
        """Close the connection once what was asked is answered."""
        self._release()
        super().shutdown()

    def _release(self) -> None:
        """Hand what is held to the application."""
        if self._held is not None:
            body, self._held = b"".join(self._held.pieces), None
            super().on_headers_complete()
            super().on_body(body)

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

    def _is_answered(self) -> bool:
        return self._held is None and super()._is_answered()
