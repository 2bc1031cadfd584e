"""The deliverer: empties the outbox, and tries again what did not arrive."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import IPvAnyNetwork
from sqlalchemy.exc import SQLAlchemyError

from fitserve_core.store.deliveries import Deliveries, Message
from fitserve_service.webhooks.schedule import TIMEOUT_SECONDS, again_in

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.5
AT_A_TIME = 20
# What a service took with it when it was killed is sent again after so long.
LEASE_SECONDS = 2 * TIMEOUT_SECONDS


class Deliverer:
    """Sends what is due; several, in several processes, share the work.

    Args:
        deliveries: the outbox.
        allowed: private networks that may be reached.
    """

    def __init__(self, deliveries: Deliveries, allowed: Sequence[IPvAnyNetwork]) -> None:
        self._deliveries = deliveries
        self._allowed = allowed
        self._sending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver while the context is open; what is on its way is left to its lease."""
        looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            tasks = [looking, *self._sending]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if "_http" in self.__dict__:
                await self._http.aclose()

    @cached_property
    def _http(self) -> "httpx2.AsyncClient":
        # At the first message: most services have none, and certificates take megabytes.
        from fitserve_service.webhooks.sending import new_http  # noqa: PLC0415

        return new_http()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            free = AT_A_TIME - len(self._sending)
            if free > 0:
                # The store is away: the dispatcher says so, and nothing is lost.
                with suppress(SQLAlchemyError):
                    await self._send_due(free)

    async def _send_due(self, limit: int) -> None:
        for message in await asyncio.to_thread(self._deliveries.take, limit, LEASE_SECONDS):
            task = asyncio.create_task(self._deliver(message))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _deliver(self, message: Message) -> None:
        from fitserve_service.webhooks.sending import attempt  # noqa: PLC0415 - as late as `_http`

        outcome = await attempt(self._http, message, self._allowed)
        try:
            if outcome.arrived:
                await asyncio.to_thread(self._deliveries.delivered, message, outcome.told)
                return
            delay = again_in(message.attempt, random.random(), outcome.asked)  # noqa: S311 - jitter, no secret
            log.warning("webhook message %s: %s", message.id, outcome.told)
            await asyncio.to_thread(self._deliveries.failed, message, outcome.told, delay)
        except SQLAlchemyError as error:
            log.warning("webhook message %s is sent again: %s", message.id, error)
