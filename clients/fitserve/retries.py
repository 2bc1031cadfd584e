"""Whether a call is sent again, and after how long: one policy, pure."""

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx2

from fitserve.calls import Call

RETRIED_STATUSES = frozenset({429, 502, 503, 504})
REFUSED_UNTOUCHED = frozenset({429, 503})
NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)

Outcome = httpx2.Response | httpx2.RequestError


@dataclass(frozen=True)
class RetryPolicy:
    """Capped, jittered exponential back-off that honours `Retry-After`.

    Attributes:
        max_retries: sendings after the first.
        first: seconds before the first retry, doubled each time.
        cap: most seconds between two sendings.
        max_told: most seconds that `Retry-After` is honoured; a longer one is given up at once.
    """

    max_retries: int = 4
    first: float = 0.5
    cap: float = 8.0
    max_told: float = 60.0

    def delay(
        self, call: Call, outcome: Outcome, retries: int, *, now: float, jitter: float
    ) -> float | None:
        """Return the seconds until `call` is sent again, or None to leave it at `outcome`.

        Args:
            call: what was sent.
            outcome: what came of it.
            retries: how often it has been sent again already.
            now: seconds since the epoch.
            jitter: a number in [0, 1).
        """
        if retries >= self.max_retries or not _worth_another_try(call, outcome):
            return None
        told = _retry_after(outcome, now)
        if told is not None:
            return told if told <= self.max_told else None
        return min(self.cap, self.first * 2.0**retries) * (1 - jitter / 2)


REQUESTS = RetryPolicy()
# An experiment may take days, so its watcher outlasts a restart of the service: about 4 minutes.
STREAMS = RetryPolicy(max_retries=20, cap=15.0)


def _worth_another_try(call: Call, outcome: Outcome) -> bool:
    if isinstance(outcome, httpx2.Response):
        safe = RETRIED_STATUSES if call.replayable else REFUSED_UNTOUCHED
        return outcome.status_code in safe
    if isinstance(outcome, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError):
        return False
    return call.replayable or isinstance(outcome, NEVER_SENT)


def _retry_after(outcome: Outcome, now: float) -> float | None:
    """Return the seconds that the answer asks for, given as a number or as an HTTP date."""
    if not isinstance(outcome, httpx2.Response):
        return None
    header = outcome.headers.get("Retry-After", "").strip()
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    # A date without a zone (`-0000`) is in UTC.
    return max(0.0, until.replace(tzinfo=until.tzinfo or UTC).timestamp() - now)
