"""Time as the client sees it: one seam, so that tests wait for nothing."""

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio


@dataclass(frozen=True)
class Clock:
    """The functions by which the client tells, passes and shakes time.

    Attributes:
        now: seconds since the epoch, which a `Retry-After` date is compared with.
        monotonic: seconds that never run backwards, for time-outs.
        sleep: waits for so many seconds.
        asleep: the same, letting other tasks go on.
        jitter: a number in [0, 1), so that clients do not come back all at once.
    """

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    asleep: Callable[[float], Awaitable[None]] = anyio.sleep
    jitter: Callable[[], float] = random.random
