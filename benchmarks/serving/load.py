"""Load on a server by wrk, on a core of its own."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.shared.processes import ContenderError

SCRIPT = Path(__file__).with_name("post.lua")


@dataclass(frozen=True)
class Body:
    """What is posted, and where.

    Attributes:
        path: on the server.
        content: the body.
        headers: besides those of every request.
    """

    path: str
    content: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


@dataclass(frozen=True)
class Load:
    """What wrk saw: requests a second, and the latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


def put_load(
    url: str, body: Body, folder: Path, connections: int, seconds: float, core: int | None
) -> Load:
    """Post `body` on so many connections for so long.

    Args:
        url: of the server.
        body: what is posted.
        folder: where the body's file may lie.
        connections: kept open, each with one request at a time.
        seconds: how long.
        core: wrk's own; None lets the system choose.

    Raises:
        ContenderError: an answer was no success, or a connection broke.
    """
    file = folder / "body"
    file.write_bytes(body.content)
    headers = [f"{name}: {value}" for name, value in body.headers.items()]
    options = ["-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s"]
    done = subprocess.run(
        [*on_core(core), "wrk", *options, "-s", SCRIPT, url + body.path, "--", file, *headers],
        capture_output=True,
        check=True,
        text=True,
    )
    told = json.loads(done.stdout.strip().splitlines()[-1])
    if told["refused"] or told["broken"] or not told["requests"]:
        raise ContenderError(f"{url}{body.path}: {told}")
    return Load(told["requests"] / told["seconds"], told["p50"], told["p99"])


def on_core(core: int | None) -> list[str]:
    """Return what a command begins with to stay on a core; None lets the system choose."""
    return [] if core is None else ["taskset", "-c", str(core)]
