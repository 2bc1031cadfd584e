"""A supervised child process."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
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
        log_file: where its output goes; None: where this process's goes.
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
        with nullcontext() if self._log_file is None else self._log_file.open("ab") as output:
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

    @property
    def log(self) -> str:
        """Where its output goes, in words."""
        return "this one" if self._log_file is None else str(self._log_file)

    def last_words(self) -> str:
        """Return the last line of the program's log, and where the log is."""
        told = "" if self._log_file is None else self._log_file.read_text(errors="replace")
        lines = reversed(told.split("\n"))
        said = next((line for line in lines if line.strip()), "nothing was said")
        return f"{said} (its log: {self.log})"

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
                self.log,
            )
        if now - self._started < self._pause:
            return
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        self._kill_group()
        self.start()

    def ask_to_end(self) -> None:
        """Ask the program to end."""
        if self._child is not None:
            self._child.terminate()

    def end(self, within_seconds: float) -> None:
        """Wait for a program that was asked to end, and kill its group if it does not in time."""
        if self._child is None:
            return
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
