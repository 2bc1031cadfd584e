"""An asynchronous client with the synchronous surface, so that tests hold for both."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from inspect import isawaitable
from typing import Any, cast

from anyio.from_thread import BlockingPortal, start_blocking_portal

from fitserve import AsyncClient, Client


@contextmanager
def driven(client: AsyncClient) -> Iterator[Client]:
    """Yield `client`, its coroutines run to their end by an event loop in another thread."""
    with start_blocking_portal() as portal:
        try:
            yield cast("Client", Driven(client, portal))
        finally:
            portal.call(client.aclose)


class Driven:
    """Passes on attributes; what they return is awaited, or becomes an ordinary iterator."""

    def __init__(self, driven: Any, portal: BlockingPortal) -> None:
        self._driven = driven
        self._portal = portal

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._driven, name)
        return self._calling(found) if callable(found) else self._seen(found)

    def _calling(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            returned = method(*args, **kwargs)
            if isinstance(returned, AsyncIterator):
                return self._iterated(returned)
            if isawaitable(returned):
                returned = self._portal.call(_awaited, returned)
            return self._seen(returned)

        return call

    def _seen(self, value: Any) -> Any:
        asynchronous = type(value).__module__.startswith("fitserve.aio")
        return Driven(value, self._portal) if asynchronous else value

    def _iterated(self, iterator: AsyncIterator[Any]) -> Iterator[Any]:
        while True:
            try:
                item = self._portal.call(_next, iterator)
            except StopAsyncIteration:
                return
            yield self._seen(item)


async def _awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


async def _next(iterator: AsyncIterator[Any]) -> Any:
    return await anext(iterator)
