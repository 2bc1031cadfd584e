"""The dispatcher: sees to it that every waiting run has a hint in the broker.

The row is the job; a hint only wakes a worker. Hints get lost (the broker was away, a worker died
with one in hand), so the dispatcher compares waiting rows with waiting hints, again and again.
"""

import logging
import math
import threading
import time
from collections import Counter

from celery import Celery
from kombu.exceptions import OperationalError as BrokerError
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from fitserve_core import tracing
from fitserve_core.broker import QUEUES, TRAIN, celery_url
from fitserve_core.devices import Device
from fitserve_core.store import Store

log = logging.getLogger(__name__)

TICK_SECONDS = 2.0
MOST_HINTS_A_TICK = 1_000
# The wall clock ran on by so much more than ours: the machine slept, and so did its workers. Or the
# store let nobody write for so long, workers neither.
SLEPT_SECONDS = 5.0
SPARED_SECONDS = 15.0
NEVER = -math.inf


class Dispatcher(threading.Thread):
    """A thread that gives lost runs away again and sends missing hints.

    Args:
        store: whose runs.
        redis_url: the broker; without one (a service alone, in a test) nothing is sent.
    """

    def __init__(self, store: Store, redis_url: str | None) -> None:
        super().__init__(name="dispatcher", daemon=True)
        self._store = store
        self._redis_url = redis_url
        self._wake = threading.Event()
        self._stopping = False
        self._broker_away = False
        self._trace: tracing.Carrier | None = None
        self._clocks = (time.time(), time.monotonic())
        self._answered = NEVER
        self._spare_until = NEVER

    def wake(self) -> None:
        """Look at once: runs were added."""
        self._trace = tracing.carrier()
        self._wake.set()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopping = True
        self._wake.set()
        self.join()

    def run(self) -> None:
        """Tick until stopped."""
        while True:
            self._wake.clear()
            # Looked at after clearing: a stop in between would be slept through.
            if self._stopping:
                return
            try:
                self._tick()
            except SQLAlchemyError as error:
                log.warning("the store does not answer: %s", error)
                self._answered = NEVER
            except Exception:
                # Whatever it is: without this thread no run would ever be hinted again.
                log.exception("the dispatcher stumbled and goes on")
            self._wake.wait(TICK_SECONDS)

    def _tick(self) -> None:
        self._store.database.until_writable()
        if not self._sparing() and (lost := self._store.leases.expire()):
            log.warning("%d leases had run out", lost)
        waiting = self._store.leases.waiting()
        if waiting and self._redis_url is not None:
            asked = time.monotonic()
            self._send_missing(waiting, self._redis_url)
            # A slow broker says nothing about the store.
            self._answered += time.monotonic() - asked

    def _sparing(self) -> bool:
        """Tell whether machine, store or service came back a moment ago.

        Workers could prolong no lease meanwhile: they get the time to do so. The service may have
        started because the store did.
        """
        wall, own = time.time(), time.monotonic()
        slept = (wall - self._clocks[0]) - (own - self._clocks[1])
        self._clocks = (wall, own)
        if max(slept, own - self._answered) > SLEPT_SECONDS:
            self._spare_until = own + SPARED_SECONDS
        self._answered = own
        return own < self._spare_until

    def _send_missing(self, waiting: Counter[Device], redis_url: str) -> None:
        try:
            with Redis.from_url(redis_url, socket_connect_timeout=2, socket_timeout=5) as broker:
                there = Counter({device: int(broker.llen(QUEUES[device])) for device in waiting})
            if missing := waiting - there:
                self._send(redis_url, missing)
        except (RedisError, BrokerError) as error:
            if not self._broker_away:
                log.warning("the broker does not answer (%s); runs wait in the store", error)
            self._broker_away = True
            return
        if self._broker_away:
            log.info("the broker answers again")
        self._broker_away = False

    def _send(self, redis_url: str, missing: Counter[Device]) -> None:
        queues = [QUEUES[device] for device in missing.elements()][:MOST_HINTS_A_TICK]
        # Hints that nobody asked for just now, such as those for lost runs, belong to no trace.
        trace, self._trace = self._trace, None
        hints = len(queues)
        with tracing.span("send hints", within=trace, kind="PRODUCER", alone=False, hints=hints):
            _send(redis_url, queues)


def _send(redis_url: str, queues: list[str]) -> None:
    options = {"socket_connect_timeout": 2, "socket_timeout": 5}
    with (
        Celery(broker=celery_url(redis_url), set_as_current=False) as sender,
        sender.connection_for_write(transport_options=options) as connection,
    ):
        for queue in queues:
            sender.send_task(
                TRAIN,
                queue=queue,
                ignore_result=True,
                retry=False,
                connection=connection,
                headers=tracing.carrier(),
            )
