"""The API's processes, as parts of a supervisor; and a supervisor of them alone."""

import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from fitserve_core.logs import configure_logs
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_service.counting import FOLDER, NUMBER
from fitserve_service.listening import bind_each
from fitserve_service.stack.process import Process
from fitserve_service.stack.supervisor import Supervisor, told_to_stop

COMMAND = [sys.executable, "-m", "fitserve_service.server"]


def api_processes(
    listening: Sequence[socket.socket],
    environment: Mapping[str, str],
    runtime: Path,
    log_of: Callable[[str], Path | None],
) -> list[Process]:
    """Return a process for each socket, all of them inheriting all.

    Args:
        listening: bound already.
        environment: of all.
        runtime: a folder that lasts as long as they do.
        log_of: the file of a process's output, by its name.
    """
    # glibc keeps memory for each thread apart, where no other thread can use what is free.
    shared = {"MALLOC_ARENA_MAX": "1", **environment}
    sockets = [each.fileno() for each in listening]
    processes = []
    for (name, own), mine in zip(_named(len(sockets), runtime), sockets, strict=True):
        # Its own first, then its fellows'.
        inherited = [mine, *sorted({*sockets} - {mine})]
        command = [*COMMAND, *map(str, inherited)]
        processes.append(Process(name, command, shared | own, log_of(name), inherited))
    return processes


def serve_api(settings: Settings) -> None:
    """Run API processes and nothing else until told to stop; they log where this one does.

    Raises:
        ConfigurationError: the address is taken, or others could reach it without a key.
    """
    configure_logs("stack", settings.log_level)
    stop, supervisor = told_to_stop(), Supervisor()
    listening = bind_each(settings)
    # Once, here: they then find the newest schema.
    Store.opened(settings).close()
    environment = os.environ | settings.environment()
    with tempfile.TemporaryDirectory(prefix="fitserve-") as runtime:
        try:
            api = api_processes(listening, environment, Path(runtime), lambda _: None)
            supervisor.start(*api)
            supervisor.watch()
            stop.wait()
        finally:
            supervisor.stop()


def _named(count: int, runtime: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the name of each process, and the variables by which it counts beside others."""
    if count == 1:
        yield "api", {}
        return
    figures = runtime / "figures"
    figures.mkdir()
    for number in map(str, range(1, count + 1)):
        yield f"api-{number}", {FOLDER: str(figures), NUMBER: number}
