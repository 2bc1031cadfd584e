"""Parts of a service, started, watched and stopped together."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence

from fitserve_core.errors import ConfigurationError
from fitserve_service.stack.process import Process

log = logging.getLogger(__name__)

WATCH_EVERY_SECONDS = 0.25
READY_WITHIN_SECONDS = 30.0
# All parts together; one whose turn comes late gets the least.
STOP_WITHIN_SECONDS = 8.0
LEAST_STOP_SECONDS = 0.5


def told_to_stop() -> threading.Event:
    """Return an event that SIGINT, SIGTERM and SIGHUP set from now on."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop


class Supervisor:
    """Starts parts, starts again what ends by itself, and stops all in the reverse order."""

    def __init__(self) -> None:
        self._parts: list[Sequence[Process]] = []
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._restarting = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self, *part: Process, until: Callable[[], bool] = lambda: True) -> None:
        """Start the processes of a part, and wait for it.

        Args:
            part: processes that are stopped together.
            until: tells whether the part answers.

        Raises:
            ConfigurationError: it ended, or did not answer in time.
        """
        self._parts.append(part)
        for process in part:
            process.start()
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not until():
            for process in part:
                if process.ended:
                    told = f"{process.name} ended at its start: {process.last_words()}"
                    raise ConfigurationError(told)
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"{part[0].name} did not answer within {READY_WITHIN_SECONDS:.0f} s; "
                    f"its log: {part[0].log}"
                )
            time.sleep(0.02)

    def watch(self) -> None:
        """Start again, from now on, what ends by itself."""
        self._watcher.start()

    def stop(self) -> None:
        """Stop the last part first: workers hand their runs back while all else answers."""
        self._stopping.set()
        with self._restarting:
            deadline = time.monotonic() + STOP_WITHIN_SECONDS
            for part in reversed(self._parts):
                for process in part:
                    process.ask_to_end()
                for process in part:
                    process.end(max(LEAST_STOP_SECONDS, deadline - time.monotonic()))
        self._stopped.set()
        if self._watcher.is_alive():
            self._watcher.join()

    def _watch(self) -> None:
        while not self._stopping.wait(WATCH_EVERY_SECONDS):
            with self._restarting:
                self._keep_alive()
        # On Linux a part dies with the thread that started it: parts that this one started again
        # must be stopped in their turn first.
        self._stopped.wait()

    def _keep_alive(self) -> None:
        if self._stopping.is_set():
            return
        for process in (process for part in self._parts for process in part):
            try:
                process.keep_alive()
            except OSError as error:
                log.warning("%s cannot be started again: %s", process.name, error)
