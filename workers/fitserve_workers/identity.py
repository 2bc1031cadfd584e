"""Who a slot is, so that others on its machine can tell when it has ended."""

import os
import socket
from pathlib import Path


def own_name() -> str:
    """Return what the store calls this process: its machine, the processes seen there, its id."""
    return f"{_machine()}/{os.getpid()}"


def has_ended(worker: str) -> bool:
    """Tell whether a process of this machine has ended; of one elsewhere nothing is known."""
    machine, _, pid = worker.rpartition("/")
    if machine != _machine():  # nor do older versions' names have its form
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _is_zombie(int(pid))


def _machine() -> str:
    # Containers may share a host's name and yet number their processes apart.
    namespace = Path("/proc/self/ns/pid")
    seen = namespace.stat().st_ino if namespace.exists() else 0
    return f"{socket.gethostname()}/{seen}"


def _is_zombie(pid: int) -> bool:
    """Tell whether a process has ended and nobody has asked how."""
    try:
        # The program's name stands in parentheses and may hold anything; the state comes after.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
