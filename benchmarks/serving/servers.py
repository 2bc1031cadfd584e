"""Servers under load: each a process, or a few, on one core."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.serving.load import Body, on_core
from benchmarks.shared.processes import ROOT, ContenderError, environment

READY_WITHIN_SECONDS = 60.0
# Below those that systems give to clients' connections: one of them might take a port meanwhile.
PORTS = 10_000, 32_000
BIN = {
    "fitserve": Path(sys.executable).parent,
    "floor": Path(sys.executable).parent,
    "MLServer": ROOT / ".venv-bench-mlserver/bin",
    "BentoML": ROOT / ".venv-bench-bentoml/bin",
    "LitServe": ROOT / ".venv-bench-litserve/bin",
}
_PEERS = "benchmarks.serving.peers"
COMMANDS = {
    "fitserve": ["python", "-m", "fitserve_service.server"],
    "floor": ["python", "-m", f"{_PEERS}.floor"],
    "MLServer": ["python", "-m", f"{_PEERS}.mlserver_model"],
    "BentoML": ["bentoml", "serve", f"{_PEERS}.bentoml_service:Perceptron"],
    "LitServe": ["python", "-m", f"{_PEERS}.litserve_server"],
}
# What follows a comma in a contender's name is said of its requests: the program is the same.
SETTINGS = {
    "fitserve": "as it comes: validation, error envelope, metrics, SQLite",
    "floor": "Starlette, orjson, uvloop, httptools; checks nothing",
    "MLServer": "custom runtime, no parallel workers, uvloop, orjson; logging and gzip off",
    "MLServer, JSON numbers": "the same, asked as for one digit as JSON numbers",
    "BentoML": "one worker, coroutines; access log, metrics, monitoring off",
    "LitServe": "one API process and one inference worker, ZeroMQ between them; logging off",
}
PACKAGES = {"MLServer": "mlserver", "BentoML": "bentoml", "LitServe": "litserve"}


@contextmanager
def running(name: str, core: int | None, first: Body, **more: str) -> Iterator[str]:
    """Run a server on a core while the context is open, once it answers; yield its address.

    Args:
        name: which.
        core: its own; None lets the system choose.
        first: a body that it answers.
        more: environment variables.

    Raises:
        ContenderError: it ended, or did not answer in time.
    """
    port = str(free_port())
    own = {"PORT": port, "FITSERVE_PORT": port, "BENTOML_DO_NOT_TRACK": "True"}
    program = name.partition(",")[0]
    command, *arguments = COMMANDS[program]
    process = subprocess.Popen(
        [*on_core(core), str(BIN[program] / command), *arguments],
        cwd=ROOT,
        env=environment(**own, **more),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until_it_answers(url, first, process)
        yield url
    finally:
        stop(process)


def until_it_answers(url: str, body: Body, process: subprocess.Popen[bytes]) -> None:
    """Return once `body` is answered.

    Raises:
        ContenderError: the process ended, or the time is over.
    """
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        try:
            ask(url, body)
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise ContenderError(f"{process.args!r}: {error}") from error
            time.sleep(0.1)
        else:
            return


def ask(url: str, body: Body) -> bytes:
    """Post a body once; return the answer."""
    request = urllib.request.Request(url + body.path, body.content, body.headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        content: bytes = answer.read()
    return content


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it started."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    """Return a port with two free ones behind it, for servers that take three."""
    while True:
        port = random.randrange(*PORTS)
        if all(_is_free(port + more) for more in range(3)):
            return port


def version(name: str) -> str:
    """Return the version of a peer's package in its environment."""
    program = name.partition(",")[0]
    if program not in PACKAGES:
        return ""
    command = f"from importlib.metadata import version; print(version({PACKAGES[program]!r}))"
    told = subprocess.run(
        [BIN[program] / "python", "-c", command], capture_output=True, check=True, text=True
    )
    return f"{PACKAGES[program]} {told.stdout.strip()}"


def cores() -> Sequence[int | None]:
    """Return a core for servers and another for wrk; None, None where the system has no way."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        return None, None
    return sorted(os.sched_getaffinity(0), reverse=True)[:2]


def _is_free(port: int) -> bool:
    with socket.socket() as other:
        return other.connect_ex(("127.0.0.1", port)) != 0
