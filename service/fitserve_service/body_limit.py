"""What is read of a request's body: so much at most, and nothing packed."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fitserve_core.received import shorten


class BodyLimit:
    """Answer 413 to a body above `limit` bytes, whether its length is declared or not.

    A packed body is answered 415: what would come out of it cannot be known before.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        encoding = headers.get(b"content-encoding", b"identity").decode("latin-1")
        declared = headers.get(b"content-length", b"")
        seen = int(declared) if declared.isdigit() else 0
        if 0 < seen <= self._limit and encoding == "identity":
            await self._app(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal seen
            _require_plain(encoding)
            self._check(seen)
            message = await receive()
            if not declared:
                seen += len(message.get("body", b""))
                self._check(seen)
            return message

        await self._app(scope, counted, send)

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise HTTPException(
                413, f"the body has {size:,} bytes; at most {self._limit:,} are read"
            )


def _require_plain(encoding: str) -> None:
    if encoding.strip().lower() != "identity":
        raise HTTPException(
            415,
            f"a body is read as it is, without Content-Encoding; received {shorten(encoding)}",
            {"Accept-Encoding": "identity"},
        )
