"""The way over the wire: sends calls, again where the policy says so."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx2

from fitserve.calls import Call
from fitserve.clock import Clock
from fitserve.following import Following
from fitserve.responses import accept, failure
from fitserve.retries import REQUESTS, Outcome
from fitserve_core.results import Event

# The service sends a keep-alive well within this time, so silence means a dead connection.
SILENCE = 45.0


class AsyncSender:
    """Holds the connections; every resource sends through it."""

    def __init__(self, http: httpx2.AsyncClient, clock: Clock) -> None:
        self.clock = clock
        self._http = http

    @property
    def base_url(self) -> str:
        """Where the service is."""
        return str(self._http.base_url).rstrip("/")

    async def send(self, call: Call) -> httpx2.Response:
        """Return the successful answer to `call`.

        Raises:
            APIConnectionError: there was none, however often it was sent.
            APIStatusError: the service refused.
        """
        retries = 0
        while True:
            outcome = await self.once(call)
            delay = REQUESTS.delay(
                call, outcome, retries, now=self.clock.now(), jitter=self.clock.jitter()
            )
            if delay is None:
                return accept(outcome, self.base_url)
            await self.clock.asleep(delay)
            retries += 1

    async def once(self, call: Call) -> Outcome:
        """Return the answer to a single sending of `call`, or why there was none."""
        try:
            return await self._http.send(self._build(call))
        except httpx2.RequestError as error:
            return error

    async def follow(
        self, experiment_id: str, deadline: float | None = None
    ) -> AsyncGenerator[Event, None]:
        """Yield the experiment's events, old ones first, then live, until its last.

        It reconnects by itself, and stops early once the clock's monotonic time passes `deadline`.

        Raises:
            APIConnectionError: the service stayed out of reach.
            APIStatusError: the service refused.
        """
        following = Following(experiment_id, self.clock)
        while not following.ended:
            async with aclosing(self._one_connection(following, deadline)) as events:
                async for event in events:
                    yield event
            if following.ended or self._left(deadline) <= 0:
                return
            delay = following.reconnect_after()
            if delay is None:
                raise failure(following.lost_by, self.base_url)
            await self.clock.asleep(min(delay, self._left(deadline)))

    async def _one_connection(
        self, following: Following, deadline: float | None
    ) -> AsyncGenerator[Event, None]:
        request = self._build(following.connect())
        silence = max(min(SILENCE, self._left(deadline)), 0.001)
        request.extensions["timeout"]["read"] = silence
        try:
            response = await self._http.send(request, stream=True)
        except httpx2.RequestError as error:
            following.lost(error)
            return
        try:
            if not response.is_success:
                await response.aread()
                following.lost(response)
                return
            async for chunk in response.aiter_bytes():
                for event in following.feed(chunk):
                    yield event
                if self._left(deadline) <= 0:
                    break
            following.closed()
        except httpx2.RequestError as error:
            following.lost(error)
        finally:
            await response.aclose()

    def _build(self, call: Call) -> httpx2.Request:
        return self._http.build_request(
            call.method, call.path, params=call.params, headers=call.headers, content=call.body
        )

    def _left(self, deadline: float | None) -> float:
        return float("inf") if deadline is None else deadline - self.clock.monotonic()
