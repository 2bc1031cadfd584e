"""The workers that are connected to the broker, and what waits for one that is not."""

import threading
import time
from collections import Counter
from collections.abc import Mapping

from redis import Redis
from redis.exceptions import RedisError

from fitserve_core.broker import WORKER_PREFIXES
from fitserve_core.devices import ANY, Device, DeviceKind
from fitserve_core.results import Experiment, Forecast

KNOWN_FOR_SECONDS = 2.0


def connected(redis_url: str) -> Counter[DeviceKind]:
    """Return how many workers are connected, by what they train on.

    Raises:
        RedisError: the broker does not answer.
        ValueError: it has no such address.
    """
    with Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1) as broker:
        # One that hears of hints has more than one connection, all from one process.
        names = {client["name"] for client in broker.client_list()}
    return Counter(
        device
        for name in names
        for device, prefix in WORKER_PREFIXES.items()
        if name.startswith(prefix)
    )


class Workers:
    """Says what waits for a device that no worker has; the broker is asked every other second.

    Args:
        redis_url: the broker; without one nothing is said.
    """

    def __init__(self, redis_url: str | None) -> None:
        self._redis_url = redis_url
        self._lock = threading.Lock()
        self._known: Counter[DeviceKind] | None = None
        self._looked = float("-inf")

    def told(self, experiment: Experiment) -> Experiment:
        """Return an experiment with a notice, where it waits for a worker that is not there."""
        notice = self._notice(experiment.queued_for)
        return experiment if notice is None else experiment.model_copy(update={"notice": notice})

    def foretold(self, forecast: Forecast, device: Device) -> Forecast:
        """Return a forecast with a notice, where it would wait for a worker that is not there."""
        notice = None if device == ANY else self._notice({device: forecast.runs})
        return forecast if notice is None else forecast.model_copy(update={"notice": notice})

    def _notice(self, needed: Mapping[DeviceKind, int]) -> str | None:
        if not needed or (known := self._connected()) is None:
            return None
        missing = {device: runs for device, runs in needed.items() if not known[device]}
        return "; ".join(_sentence(*each) for each in missing.items()) or None

    def _connected(self) -> Counter[DeviceKind] | None:
        if self._redis_url is None:
            return None
        with self._lock:
            if time.monotonic() - self._looked > KNOWN_FOR_SECONDS:
                try:
                    self._known = connected(self._redis_url)
                except (RedisError, ValueError):
                    # Readiness tells of it; what is connected, nobody knows.
                    self._known = None
                self._looked = time.monotonic()
            return self._known


def _sentence(device: DeviceKind, runs: int) -> str:
    wait = f"{runs} runs wait" if runs > 1 else "1 run waits"
    return (
        f"{wait} for a {device.upper()} worker, and none is connected; `fitserve worker --device "
        f"{device}` is one, and FITSERVE_DEVICES=cpu,gpu lets `fitserve up` start both kinds"
    )
