"""The feed: one reader of the store for all streams, however many follow."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import takewhile

from sqlalchemy.exc import SQLAlchemyError

from fitserve_core.store.events import Events
from fitserve_service.events.streams import Frame, Recent, Stream

# Between two looks passes a twentieth of what the newest listener has waited, within these bounds:
# the end of a run of a fifth of a second is told at once, and a long one costs ten looks a second.
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.02, 0.1
SHARE_OF_WAITING = 1 / 20
QUIET_SECONDS = 15.0
BATCH = 500
RECENT_CHARACTERS = 8 * 2**20


class EventFeed:
    """Reads events as they are written, while anybody follows, and hands them to all concerned.

    What was written before somebody came is read for them alone, as is what they were too slow for:
    only the most recent events are at hand.

    Args:
        events: where events are read.
    """

    def __init__(self, events: Events) -> None:
        self._events = events
        self._listeners: dict[asyncio.Event, Stream] = {}
        self._recent: deque[Recent] = deque()
        self._characters = 0
        # Events after `_first`, up to `_last`, are at hand; None: nobody follows.
        self._first = 0
        self._last: int | None = None
        self._came = 0.0
        self._beginning = asyncio.Lock()
        self._closing = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch while the context is open."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self.close()
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    def close(self) -> None:
        """End every stream; clients come back with the id of the last event they saw."""
        self._closing = True
        for listener in self._listeners:
            listener.set()

    async def newest(self) -> int:
        """Return the id of the newest event at hand; whoever comes first asks the store for it."""
        async with self._beginning:
            if self._last is None:
                self._first = self._last = await asyncio.to_thread(self._events.last)
            return self._last

    async def follow(self, stream: Stream, after: int) -> AsyncIterator[list[Frame]]:
        """Yield events as they are written, those of one moment together; none in quiet times.

        Args:
            stream: whose.
            after: number in it of the last event already seen.
        """
        with self._listening(stream) as news:
            await self.newest()
            place = stream.place(after)
            while not self._closing:
                news.clear()
                if place is None or place < self._first:
                    # Looked at before the store: what is written from now on will be at hand.
                    reached = self._last
                    found = await asyncio.to_thread(stream.fetch, after, BATCH)
                    frames = [Frame(event) for event in found]
                    place = None if len(found) == BATCH else reached
                else:
                    frames = [
                        frame
                        for frame in self._since(stream, place)
                        if stream.number(frame) > after
                    ]
                    place = self._last
                if frames:
                    yield frames
                    after = stream.number(frames[-1])
                elif not await _within(news, QUIET_SECONDS):
                    yield []

    @contextmanager
    def _listening(self, stream: Stream) -> Iterator[asyncio.Event]:
        listener = asyncio.Event()
        self._listeners[listener] = stream
        self._came = time.monotonic()
        try:
            yield listener
        finally:
            del self._listeners[listener]

    def _since(self, stream: Stream, place: int) -> list[Frame]:
        newer = takewhile(lambda recent: recent.frame.id > place, reversed(self._recent))
        return [recent.frame for recent in newer if stream.shows(recent)][::-1]

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._pause())
            if not self._listeners:
                self._forget()
            elif self._last is not None:
                with suppress(SQLAlchemyError):
                    await self._look(self._last)

    def _pause(self) -> float:
        waited = time.monotonic() - self._came
        return min(max(SHARE_OF_WAITING * waited, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)

    def _forget(self) -> None:
        self._recent.clear()
        self._characters = 0
        self._last = None

    async def _look(self, after: int) -> None:
        for recent in await asyncio.to_thread(_newest, self._events, after):
            self._add(recent)

    def _add(self, recent: Recent) -> None:
        self._recent.append(recent)
        self._last = recent.frame.id
        self._characters += recent.frame.size
        while self._characters > RECENT_CHARACTERS:
            oldest = self._recent.popleft().frame
            self._characters -= oldest.size
            self._first = oldest.id
        for listener, stream in self._listeners.items():
            if stream.shows(recent):
                listener.set()


def _newest(events: Events, after: int) -> list[Recent]:
    return [Recent(told, Frame(told.event)) for told in events.newest(after, BATCH)]


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
