"""Connections that no client can hold for long, nor fill, before a request is whole."""

import asyncio
from http import HTTPStatus
from typing import Literal

from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fitserve_core.errors import UnavailableError
from fitserve_core.results import ErrorBody, ErrorEnvelope
from fitserve_service.errors import answer
from fitserve_service.gathering import GatheringTransport
from fitserve_service.protocols.errors import reworded, speaks_protocol

MOST_CONNECTIONS = 1_000
MOST_HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 10.0
BODY_SECONDS = 120.0


class BoundedConnection(HttpToolsProtocol):
    """Uvicorn's connection, with bounds on a request's head and on the time that it takes.

    A head that grows beyond 64 KiB (by more than what arrives together) is answered 431; a head
    that takes more than 10 seconds, or a body more than 120, 408; a request above 1,000
    connections 503.
    """

    transport: GatheringTransport
    _awaited: Literal["head", "body"] | None = None
    _deadline: asyncio.TimerHandle | None = None
    _head_bytes: int | None = 0
    _has_ended = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a first request, for a while."""
        super().connection_made(GatheringTransport(transport, self.loop))
        self._expect("head")
        self._limit_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._expect(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head has grown too large."""
        self._has_ended = False
        super().data_received(data)
        if self._awaited is None or self.transport.is_closing():
            return  # most requests come whole, and no timer is set
        self._limit_waiting()
        # Behind another request, how much of what came belongs to the head is not told.
        if self._head_bytes is None or self._has_ended:
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD_BYTES:
            told = f"the request's head is larger than {MOST_HEAD_BYTES:,} bytes"
            self._refuse(431, "head_too_large", told)

    def on_message_begin(self) -> None:
        """Count a new request's head, and its time."""
        super().on_message_begin()
        self._head_bytes = 0
        self._expect("head")

    def on_headers_complete(self) -> None:
        """Answer, and wait for the body."""
        self._await_body()
        app = self.app
        if self._is_full():
            self.app = _full
        super().on_headers_complete()
        self.app = app

    def on_message_complete(self) -> None:
        """Wait for nothing: the request is whole."""
        self._ended()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(400, "http_error", msg)

    def _ended(self) -> None:
        self._has_ended = True
        self._expect(None)

    def _await_body(self) -> None:
        self._head_bytes = None
        self._expect("body")

    def _is_full(self) -> bool:
        return len(self.connections) > MOST_CONNECTIONS

    def _expect(self, part: Literal["head", "body"] | None) -> None:
        self._awaited = part
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _limit_waiting(self) -> None:
        if self._deadline is not None:
            return
        seconds = HEAD_SECONDS if self._awaited == "head" else BODY_SECONDS
        told = f"a request's {self._awaited} takes at most {seconds:g} s"
        self._deadline = self.loop.call_later(seconds, self._refuse, 408, "timeout", told)

    def _refuse(self, status: int, code: str, told: str) -> None:
        """End the connection, with an answer unless one has begun."""
        self._expect(None)
        if self.transport.is_closing():
            return
        if not self._is_answered():
            self.transport.write(_answer(status, code, told))
        self.transport.close()

    def _is_answered(self) -> bool:
        """Tell whether an answer has begun to what is being received, or one before it goes on."""
        if self.cycle is None:
            return False
        in_head = self._head_bytes is not None
        return not self.cycle.response_complete if in_head else self.cycle.response_started


async def _full(scope: Scope, receive: Receive, send: Send) -> None:
    told = f"this process holds {MOST_CONNECTIONS:,} connections, as many as it may; try again"
    response = answer(503, UnavailableError(told))
    if speaks_protocol(Request(scope)):
        response = reworded(response)
    response.headers["Connection"] = "close"
    await response(scope, receive, send)


def _answer(status: int, code: str, told: str) -> bytes:
    body = ErrorEnvelope(error=ErrorBody(code=code, message=told)).model_dump_json().encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        "content-type: application/json\r\n"
        f"content-length: {len(body)}\r\n"
        "connection: close\r\n\r\n"
    )
    return head.encode() + body
