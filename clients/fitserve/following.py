"""An experiment's event stream over however many connections it takes, as a pure state machine."""

import httpx2

from fitserve.calls import Call, experiment_events
from fitserve.clock import Clock
from fitserve.responses import parse_json
from fitserve.retries import REQUESTS, STREAMS, Outcome
from fitserve.sse import SSEDecoder
from fitserve_core.results import TERMINAL, Event

_CLOSED = httpx2.RemoteProtocolError("the event stream ended before the experiment did")
ENDINGS = frozenset(f"experiment.{status}" for status in TERMINAL)


class Following:
    """Where a watcher of one experiment stands; whoever holds the connection feeds it.

    Attributes:
        ended: the service has closed the stream behind an event that ends the experiment. Such
            an event alone does not: an experiment that was extended went on behind it.
        lost_by: what the last connection was lost by.
    """

    def __init__(self, experiment_id: str, clock: Clock) -> None:
        self.ended = False
        self.lost_by: Outcome = _CLOSED
        self._experiment_id = experiment_id
        self._clock = clock
        self._last_event_id: str | None = None
        self._retries = 0
        self._decoder = SSEDecoder()
        self._opened = 0.0
        self._at_ending = False

    def connect(self) -> Call:
        """Return the call that opens the next connection, behind the last event seen."""
        self._decoder = SSEDecoder()
        self._opened = self._clock.monotonic()
        return experiment_events(self._experiment_id, self._last_event_id)

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that `chunk` completes."""
        return [self._event(frame.data) for frame in self._decoder.feed(chunk)]

    def closed(self) -> None:
        """Take note that the service has closed the stream in good order."""
        self.ended = self._at_ending
        self.lost_by = _CLOSED

    def lost(self, outcome: Outcome) -> None:
        """Take note of what the connection was lost by: a refusing answer, or an error."""
        self.lost_by = outcome

    def reconnect_after(self) -> float | None:
        """Return the seconds until the next connection, or None to give up."""
        if self._clock.monotonic() - self._opened > STREAMS.cap:
            self._retries = 0  # it held for a while, so the service is there
        # A service never reached is more likely not running than restarting.
        policy = REQUESTS if self._last_event_id is None else STREAMS
        delay = policy.delay(
            experiment_events(self._experiment_id, self._last_event_id),
            self.lost_by,
            self._retries,
            now=self._clock.now(),
            jitter=self._clock.jitter(),
        )
        self._retries += 1
        return delay

    def _event(self, data: str) -> Event:
        event = parse_json(Event, data, f"the event stream of {self._experiment_id}")
        self._last_event_id = str(event.seq)
        self._retries = 0
        self._at_ending = event.type in ENDINGS
        return event
