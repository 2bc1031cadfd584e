"""Processes that end with the one that started them."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(with_signal: signal.Signals) -> None:
    """Ask the kernel to signal this process when its parent ends, however it ends.

    Linux only: elsewhere children of a killed parent go on until they are stopped by hand.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, with_signal)


def exec_with_parent(parent: int, command: list[str]) -> None:
    """Become `command`, ending with the process `parent`; never returns."""
    die_with_parent(signal.SIGTERM)
    # The parent may have ended before the kernel was asked.
    if os.getppid() != parent:
        sys.exit("the parent ended before its child began")
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    exec_with_parent(int(sys.argv[1]), sys.argv[2:])
