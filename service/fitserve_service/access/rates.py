"""How often a caller may ask."""

import asyncio
import math
import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute

from fitserve_core.allowances import Allowances
from fitserve_core.errors import RateLimitedError
from fitserve_service.access.windows import Windows

WINDOW_SECONDS = 60.0
# Of what a caller may ask in a minute, a process takes so large a part at a time.
BLOCKS = 100
MOST_CALLERS = 10_000


@dataclass(slots=True)
class _Block:
    """What a process lets a caller ask without asking the broker, or refuses it."""

    left: int
    until: float

    @property
    def is_refusal(self) -> bool:
        return self.left < 0

    def holds(self) -> bool:
        return self.left != 0 and time.monotonic() < self.until


class Rate:
    """So many requests of a caller in a minute, over all API processes.

    A process takes a hundredth of them from the shared window at a time: a request costs a look
    into a dictionary, and one of many a question to the broker. What a process has taken and does
    not use is lost to the others for that minute. Who was refused is not looked up again before
    the time that it was told.

    Args:
        windows: where all processes count.
        name: the field of Allowances that says how many.
        what: of what, in words.
        allowances: the settings.
    """

    def __init__(self, windows: Windows, name: str, what: str, allowances: Allowances) -> None:
        self._windows = windows
        self._name = name
        self._what = what
        self._most: int = getattr(allowances, name)
        self._item = RateLimitItemPerMinute(self._most, namespace=name)
        self._blocks: dict[str, _Block] = {}
        self._takings: dict[str, asyncio.Task[_Block]] = {}

    async def count(self, caller: str) -> None:
        """Count one request.

        Raises:
            RateLimitedError: the caller has had its share of this minute.
        """
        block = self._blocks.get(caller)
        while block is None or not block.holds():
            block = await self._taken(caller)
        if block.is_refusal:
            raise self._refusal(block.until - time.monotonic())
        block.left -= 1

    def count_at_once(self, caller: str) -> bool:
        """Count one request and return True, unless it has to wait or to be refused."""
        block = self._blocks.get(caller)
        if block is None or block.is_refusal or not block.holds():
            return False
        block.left -= 1
        return True

    async def _taken(self, caller: str) -> _Block:
        # Many requests of one caller may wait for the same block.
        taking = self._takings.get(caller)
        if taking is None:
            taking = self._takings[caller] = asyncio.create_task(self._take(caller))
            taking.add_done_callback(lambda _: self._takings.pop(caller))
        return await asyncio.shield(taking)

    async def _take(self, caller: str) -> _Block:
        block = await self._asked_for(caller)
        self._blocks.pop(caller, None)
        if len(self._blocks) >= MOST_CALLERS:
            del self._blocks[next(iter(self._blocks))]
        self._blocks[caller] = block
        return block

    async def _asked_for(self, caller: str) -> _Block:
        # Near the end of its share a caller gets what is left one by one.
        for cost in dict.fromkeys((max(1, self._most // BLOCKS), 1)):
            if await self._windows.take(self._item, caller, cost):
                return _Block(cost, time.monotonic() + WINDOW_SECONDS)
        seconds = await self._windows.seconds(self._item, caller)
        return _Block(-1, time.monotonic() + seconds)

    def _refusal(self, seconds: float) -> RateLimitedError:
        retry_after = max(1, math.ceil(seconds))
        return RateLimitedError(
            f"this service takes at most {self._most:,} {self._what} in a minute "
            f"(FITSERVE_{self._name.upper()}); try again in {retry_after} s",
            retry_after=retry_after,
        )


class Rates:
    """Every rate that is held.

    Args:
        redis_url: the broker, where API processes share their counts.
        allowances: how often a caller may ask.
    """

    def __init__(self, redis_url: str | None, allowances: Allowances) -> None:
        self._windows = Windows(redis_url)

        def rate(name: str, what: str) -> Rate:
            return Rate(self._windows, name, what, allowances)

        self.requests = rate("max_requests_per_minute", "requests of a caller")
        self.predictions = rate("max_predictions_per_minute", "requests for predictions")
        self.wrong_keys = rate("max_wrong_keys_per_minute", "wrong keys from an address")

    async def close(self) -> None:
        """Close the connections to the broker."""
        await self._windows.close()
