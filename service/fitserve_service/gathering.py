"""What is written on a connection at about the same time, sent together."""

import asyncio
from typing import Any

# A transport tells who writes to wait once it holds so much itself.
MOST_HELD_BYTES = 64 * 1024


class GatheringTransport(asyncio.Transport):
    """A transport that sends what is written in one turn of the event loop in one piece.

    Head and body of an answer come as two writes, and answers to many connections in one turn. Each
    that is sent may wake a client that sleeps, on another core: that takes longer than a
    perceptron, and the client would sleep again before the next one.

    Args:
        transport: what sends.
        loop: whose turns count.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._held: list[bytes | bytearray | memoryview] = []
        self._held_bytes = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send `data` at the end of this turn, or at once where much is held."""
        if not self._held:
            self._loop.call_soon(self._send)
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > MOST_HELD_BYTES:
            self._send()

    def send(self, data: bytes) -> None:
        """Send `data`, and what is held before it, now: whoever asks has gathered by itself."""
        self._held.append(data)
        self._send()

    def close(self) -> None:
        """Send what is held, then close."""
        self._send()
        self._transport.close()

    def abort(self) -> None:
        """Close, and send nothing any more."""
        self._held.clear()
        self._transport.abort()

    def is_closing(self) -> bool:
        """Tell whether it closes or is closed."""
        return self._transport.is_closing()

    def pause_reading(self) -> None:
        """Receive nothing for now."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Receive again."""
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of the connection."""
        return self._transport.get_extra_info(name, default)

    def _send(self) -> None:
        held, self._held, self._held_bytes = self._held, [], 0
        if held and not self._transport.is_closing():
            self._transport.write(b"".join(held))
