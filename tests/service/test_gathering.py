"""Writes of one turn of the event loop, as a transport sees them."""

import asyncio
from collections.abc import Callable

import pytest

from fitserve_service.gathering import MOST_HELD_BYTES, GatheringTransport


class Recording(asyncio.Transport):
    """A transport that remembers what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[bytes | str] = []
        self.closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.told.append(bytes(data))

    def close(self) -> None:
        self.told.append("close")
        self.closing = True

    abort = close

    def is_closing(self) -> bool:
        return self.closing


def _told(*work: Callable[[GatheringTransport], object]) -> list[bytes | str]:
    """Return what a transport was told by each of `work`, done in turns of the loop."""
    recording = Recording()

    async def turns() -> None:
        transport = GatheringTransport(recording, asyncio.get_running_loop())
        for one in work:
            one(transport)
            await asyncio.sleep(0)
            recording.told.append("turn")

    asyncio.run(turns())
    return recording.told


def _head_and_body(transport: GatheringTransport) -> None:
    transport.write(b"head ")
    transport.write(b"body")


def test_writes_of_a_turn_are_sent_together() -> None:
    assert _told(_head_and_body, _head_and_body) == [b"head body", "turn"] * 2


def test_much_is_sent_at_once() -> None:
    large = bytes(MOST_HELD_BYTES)

    def write(transport: GatheringTransport) -> None:
        transport.write(b"head ")
        transport.write(large)
        transport.write(b"rest")

    assert _told(write) == [b"head " + large, b"rest", "turn"]


def test_who_gathers_by_itself_sends_at_once_in_order() -> None:
    def write(transport: GatheringTransport) -> None:
        transport.write(b"first ")
        transport.send(b"second")
        transport.write(b"third")

    assert _told(write) == [b"first second", b"third", "turn"]


@pytest.mark.parametrize(("end", "sent"), [("close", [b"head body"]), ("abort", [])])
def test_what_is_held_when_it_closes(end: str, sent: list[bytes]) -> None:
    def write(transport: GatheringTransport) -> None:
        _head_and_body(transport)
        getattr(transport, end)()
        assert transport.is_closing()
        transport.write(b"too late")

    assert _told(write) == [*sent, "close", "turn"]
