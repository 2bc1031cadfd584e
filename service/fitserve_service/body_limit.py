"""What is read of a request's body: so much at most, and nothing packed."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from fitserve_core.received import shorten


class BodyLimit:
    """Answer 413 to a body above `limit` bytes, whether its length is declared or not.

    A packed body is answered 415: what would come out of it cannot be known before.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def bounded(self, headers: Mapping[bytes, bytes], receive: Receive) -> Receive:
        """Return what reads the body of a request with `headers`, counting it where it must.

        Raises, when it reads:
            HTTPException: 413 or 415.
        """
        encoding = headers.get(b"content-encoding", b"identity")
        declared = headers.get(b"content-length", b"")
        seen = int(declared) if declared.isdigit() else 0
        if 0 < seen <= self._limit and encoding == b"identity":
            return receive

        async def counted() -> Message:
            nonlocal seen
            _require_plain(encoding.decode("latin-1"))
            self._check(seen)
            message = await receive()
            if not declared:
                seen += len(message.get("body", b""))
                self._check(seen)
            return message

        return counted

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
