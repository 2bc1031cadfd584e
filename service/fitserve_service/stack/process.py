"""A supervised child process."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

log = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0


class Process:
    """A program that is started again, with growing pauses, when it ends by itself.

    Args:
        name: what the log calls it.
        command: the program's path and its arguments.
        environment: its whole environment.
        log_file: where its output goes.
        descriptors: file descriptors that it inherits.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log_file: Path,
        descriptors: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self.log_file = log_file
        self._descriptors = descriptors
        self._child: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = 0.0

    def start(self) -> None:
        """Start the program in a process group of its own, dying with this process."""
        shim = [sys.executable, "-m", "fitserve_core.processes", str(os.getpid())]
        with self.log_file.open("ab") as output:
            self._child = subprocess.Popen(
                [*shim, *self._command],
                env=dict(self._environment),
                pass_fds=self._descriptors,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._started = time.monotonic()

    @property
    def ended(self) -> bool:
        """Whether the program was started and has ended."""
        return self._child is not None and self._child.poll() is not None

    def last_words(self) -> str:
        """Return the last line of the program's log, and where the log is."""
        lines = self.log_file.read_text(errors="replace").split("\n")
        said = next((line for line in reversed(lines) if line.strip()), "nothing was said")
        return f"{said} (its log: {self.log_file})"

    def keep_alive(self) -> None:
        """Start the program again if it has ended and its pause is over."""
        if self._child is None or (code := self._child.poll()) is None:
            return
        now = time.monotonic()
        if self._pause == 0.0 or now - self._started > STEADY_SECONDS + self._pause:
            self._pause = 0.5
            log.warning(
                "%s ended by itself (exit status %s) and is started again; its log: %s",
                self.name,
                code,
                self.log_file,
            )
        if now - self._started < self._pause:
            return
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        self._kill_group()
        self.start()

    def stop(self, within_seconds: float) -> None:
        """Ask the program to end, and kill its whole process group if it does not in time."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(within_seconds)
        except subprocess.TimeoutExpired:
            log.warning("%s did not stop in time and is killed", self.name)
        self._kill_group()
        self._child.wait()

    def _kill_group(self) -> None:
        if self._child is None:
            return
        try:
            os.killpg(self._child.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
