"""How training shares processors with what answers people."""

import contextlib
import os
from pathlib import Path

NICENESS = 10
_SESSION = Path("/proc/self/autogroup")


def give_way() -> None:
    """Let this process, and all that it starts, have what processors others leave.

    Alone on a processor it runs as fast as before.
    """
    os.nice(NICENESS)
    # Linux may share processors between sessions first, where a process's niceness counts only
    # within its own. A worker at a terminal shares that session with its user.
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # not every kernel does
            _SESSION.write_text(f"{NICENESS}\n")
