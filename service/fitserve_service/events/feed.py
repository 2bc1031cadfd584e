"""The feed: one look at the store wakes every stream that has something to tell."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError

from fitserve_core.results import Event
from fitserve_core.store.events import Events

LOOK_EVERY_SECONDS = 0.1
QUIET_SECONDS = 15.0
BATCH = 500

Fetch = Callable[[int, int], list[Event]]


class EventFeed:
    """Watches the store's event clock, while anybody listens, and wakes who is concerned.

    Args:
        events: where events are read.
    """

    def __init__(self, events: Events) -> None:
        self._events = events
        self._listeners: dict[asyncio.Event, str | None] = {}
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

    async def follow(
        self, experiment_id: str | None, after: int, fetch: Fetch, number: Callable[[Event], int]
    ) -> AsyncIterator[Event | None]:
        """Yield events after `after` as they are written, and None in quiet times.

        Args:
            experiment_id: whose events; None for those of all.
            after: number of the last event already seen.
            fetch: `(after, limit)` to the next events.
            number: an event's number in this stream.
        """
        with self._listening(experiment_id) as news:
            while not self._closing:
                news.clear()
                found = await asyncio.to_thread(fetch, after, BATCH)
                for event in found:
                    yield event
                    after = number(event)
                if not found and not await _within(news, QUIET_SECONDS):
                    yield None

    @contextmanager
    def _listening(self, experiment_id: str | None) -> Iterator[asyncio.Event]:
        listener = asyncio.Event()
        self._listeners[listener] = experiment_id
        try:
            yield listener
        finally:
            del self._listeners[listener]

    async def _watch(self) -> None:
        seen = 0
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if not self._listeners:
                continue
            with suppress(SQLAlchemyError):
                last = await asyncio.to_thread(self._events.last)
                if last != seen:
                    self._wake(await asyncio.to_thread(self._events.news, seen))
                    seen = last

    def _wake(self, news: dict[str, int]) -> None:
        for listener, experiment_id in self._listeners.items():
            if experiment_id is None or experiment_id in news:
                listener.set()


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
