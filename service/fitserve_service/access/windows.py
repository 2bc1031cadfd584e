"""How often something was asked in the last minute, counted over all API processes."""

import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

BROKER_SECONDS = 0.5
AWAY_SECONDS = 5.0

Asked = TypeVar("Asked")
Ask = Callable[[SlidingWindowCounterRateLimiter], Awaitable[Asked]]


class Windows:
    """Sliding windows in the broker, which all API processes share.

    While the broker is away each process counts by itself, from nothing.

    Args:
        redis_url: the broker; without one there is one process.
    """

    def __init__(self, redis_url: str | None) -> None:
        self._here = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._pool = None if redis_url is None else _pool(redis_url)
        self._shared = None if self._pool is None else _shared(self._pool)
        self._away_until = 0.0

    async def take(self, item: RateLimitItem, caller: str, cost: int) -> bool:
        """Tell whether `caller` may ask `cost` times more, and count it if so."""
        return await self._answered(lambda window: window.hit(item, caller, cost=cost))

    async def seconds(self, item: RateLimitItem, caller: str) -> int:
        """Return the seconds until `caller` may ask again, at least one."""
        stats = await self._answered(lambda window: window.get_window_stats(item, caller))
        return max(1, math.ceil(stats.reset_time - time.time()))

    async def close(self) -> None:
        """Close the connections to the broker."""
        if self._pool is not None:
            await self._pool.disconnect()

    async def _answered(self, ask: Ask[Asked]) -> Asked:
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return await ask(self._shared)
            except (RedisError, OSError) as error:
                log.warning("the broker counts no requests (%s); this process does", error)
                self._away_until = time.monotonic() + AWAY_SECONDS
        return await ask(self._here)


class _Storage(RedisStorage):
    """Of all clients that limits knows, loads the one that is used; another takes 8 MB."""

    DEPENDENCIES = {"redis": RedisStorage.DEPENDENCIES["redis"]}  # noqa: RUF012 - as limits has it


def _pool(redis_url: str) -> ConnectionPool:
    return ConnectionPool.from_url(
        redis_url,
        socket_connect_timeout=BROKER_SECONDS,
        socket_timeout=BROKER_SECONDS,
        # A request waits for the answer: one try, then this process counts.
        retry=Retry(NoBackoff(), 0),
    )


def _shared(pool: ConnectionPool) -> SlidingWindowCounterRateLimiter:
    storage = _Storage(
        "async+redis://",
        implementation="redispy",
        key_prefix="fitserve:rates",
        connection_pool=pool,  # type: ignore[arg-type]  # goes on to redis.asyncio.Redis
    )
    return SlidingWindowCounterRateLimiter(storage)
