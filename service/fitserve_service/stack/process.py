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
        log_file: where its output goes; None leaves it on the supervisor's terminal.
        descriptors: file descriptors that it inherits.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log_file: Path | None,
        descriptors: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._log_file = log_file
        self._descriptors = descriptors
        self._child: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = 0.0

    def start(self) -> None:
        """Start the program in a process group of its own, dying with this process."""
        shim = [sys.executable, "-m", "fitserve_core.processes", str(os.getpid())]
        output = self._log_file.open("ab") if self._log_file else None
        try:
            self._child = subprocess.Popen(
                [*shim, *self._command],
                env=dict(self._environment),
                pass_fds=self._descriptors,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        finally:
            if output:
                output.close()
        self._started = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether the program runs."""
        return self._child is not None and self._child.poll() is None

    def keep_alive(self) -> None:
        """Start the program again if it has ended and its pause is over."""
        if self._child is None or (code := self._child.poll()) is None:
            return
        now = time.monotonic()
        if self._pause == 0.0 or now - self._started > STEADY_SECONDS + self._pause:
            self._pause = 0.5
            log.warning("%s ended by itself (exit status %s); it is started again", self.name, code)
        if now - self._started < self._pause:
            return
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        self.kill_group()
        self.start()

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the program itself; it tells its own children."""
        if self.alive and self._child:
            self._child.terminate()

    def wait_or_kill(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds), then kill the whole process group."""
        if self._child is None:
            return
        try:
            self._child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("%s did not stop in time and is killed", self.name)
        self.kill_group()
        self._child.wait()

    def kill_group(self) -> None:
        """Kill whatever is left of the program's process group."""
        if self._child is None:
            return
        try:
            os.killpg(self._child.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
