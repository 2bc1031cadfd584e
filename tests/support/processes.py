"""What runs on this machine, read from /proc (Linux)."""

from pathlib import Path


def descendants(pid: int) -> list[int]:
    """Processes below `pid`, however deep."""
    children = [child for child, parent in _parents().items() if parent == pid]
    return children + [below for child in children for below in descendants(child)]


def command(pid: int) -> str:
    """The command line of a process; empty if it has ended."""
    return _read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")


def environment(pid: int) -> dict[str, str]:
    """The environment that a process was started with; empty if it has ended."""
    entries = _read(Path(f"/proc/{pid}/environ")).split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def resident_kilobytes(pid: int) -> int:
    """Resident memory of a process."""
    status = _read(Path(f"/proc/{pid}/status")).split()
    return int(status[status.index("VmRSS:") + 1])


def peak_kilobytes(pid: int) -> int:
    """Most memory that a process has held resident."""
    status = _read(Path(f"/proc/{pid}/status")).split()
    return int(status[status.index("VmHWM:") + 1])


def all_processes() -> list[int]:
    """Every process that can be seen."""
    return list(_parents())


def _parents() -> dict[int, int]:
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        # The program's name stands in parentheses and may hold anything; the parent comes after.
        fields = _read(folder / "stat").rpartition(")")[2].split()
        if fields:
            parents[int(folder.name)] = int(fields[1])
    return parents


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
