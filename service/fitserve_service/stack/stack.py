"""Start, watch and stop broker, API and workers."""

import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2
from filelock import FileLock, Timeout

from fitserve_core.errors import ConfigurationError
from fitserve_core.logs import configure_logs
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_service.listening import bind, who_may_call
from fitserve_service.stack.broker import broker_answers, broker_command
from fitserve_service.stack.process import Process

log = logging.getLogger(__name__)

WATCH_EVERY_SECONDS = 0.25
READY_WITHIN_SECONDS = 30.0
# All parts together; one whose turn comes late gets the least.
STOP_WITHIN_SECONDS = 8.0
LEAST_STOP_SECONDS = 0.5


class Stack:
    """The whole service on this machine, as a context.

    Entering returns once the API answers; workers are ready a few seconds later, and experiments
    posted meanwhile wait for them. Leaving stops everything that was started.

    Args:
        settings: where data lies, what is bound, and which parts are elsewhere. The parts' output
            goes to `logs/` in the data folder.

    Raises:
        ConfigurationError: on entering, where a part cannot start.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = FileLock(settings.data / "fitserve.lock", timeout=0)
        self._listening: socket.socket | None = None
        self._processes: list[Process] = []
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._restarting = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self._settings.data

    @property
    def url(self) -> str:
        """Where the API answers."""
        assert self._listening is not None
        host, port = self._listening.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def __enter__(self) -> Self:
        self._take_data_folder()
        try:
            # Bound here and inherited: while the API restarts, connections wait, not fail.
            self._listening = bind(self._settings)
            # Once, here: parts that start together then find the newest schema.
            Store.opened(self._settings).close()
            environment = os.environ | self._settings.environment()
            runtime = self._make_runtime_folder()
            if self._settings.redis_url is None:
                environment["REDIS_URL"] = self._start_broker(runtime)
            explain_socket = runtime / "explain.sock"
            environment["FITSERVE_EXPLAIN_SOCKET"] = str(explain_socket)
            self._start_api(environment)
            # After the API: importing TensorFlow takes all cores for seconds.
            for device in self._settings.devices:
                name = "workers" if device == "cpu" else f"workers-{device}"
                self._start(name, [sys.executable, "-m", "fitserve_workers", device], environment)
            explain = [sys.executable, "-m", "fitserve_workers.explain", str(explain_socket)]
            self._start("explain", explain, environment)
            self._watcher.start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def _take_data_folder(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        owner = self.data / "fitserve.pid"
        try:
            self._lock.acquire()
        except Timeout:
            pid = owner.read_text().strip() if owner.exists() else "unknown"
            raise ConfigurationError(
                f"the data folder {self.data} is in use by another fitserve (process {pid}); stop "
                "it, or set FITSERVE_DATA to another folder"
            ) from None
        owner.write_text(f"{os.getpid()}\n")

    def _start_broker(self, runtime: Path) -> str:
        socket_path = runtime / "broker.sock"
        url = f"unix://{socket_path}"
        command = broker_command(socket_path, runtime)
        broker = self._start("broker", command, dict(os.environ))
        self._until(lambda: broker_answers(url), broker)
        return url

    def _make_runtime_folder(self) -> Path:
        # A path to a socket ends at 104 bytes, so it cannot lie in the data folder. A link there
        # names it, by which the next owner removes what a killed one left.
        self._remove_runtime_folder()
        runtime = Path(tempfile.mkdtemp(prefix="fitserve-"))
        (self.data / "runtime").symlink_to(runtime)
        return runtime

    def _remove_runtime_folder(self) -> None:
        link = self.data / "runtime"
        if link.is_symlink():
            shutil.rmtree(link.readlink(), ignore_errors=True)
            link.unlink()

    def _start_api(self, environment: dict[str, str]) -> None:
        assert self._listening is not None
        descriptor = self._listening.fileno()
        command = [sys.executable, "-m", "fitserve_service.server", str(descriptor)]
        # glibc keeps memory for each thread apart, where no other thread can use what is free.
        memory = {"MALLOC_ARENA_MAX": "1"}
        api = self._start("api", command, memory | environment, descriptor)
        self._until(self._api_answers, api)

    def _start(
        self, name: str, command: list[str], environment: dict[str, str], *descriptors: int
    ) -> Process:
        process = Process(name, command, environment, self._new_log(name), descriptors)
        process.start()
        self._processes.append(process)
        return process

    def _new_log(self, name: str) -> Path:
        logs = self.data / "logs"
        logs.mkdir(exist_ok=True)
        log_file = logs / f"{name}.log"
        if log_file.exists():
            log_file.replace(logs / f"{name}.log.1")
        return log_file

    def _api_answers(self) -> bool:
        try:
            # No proxy of the environment's stands between a machine and itself.
            answer = httpx2.get(f"{self.url}/healthz", timeout=2, trust_env=False)
        except httpx2.HTTPError:
            return False
        return answer.status_code == 200

    def _until(self, condition: Callable[[], bool], part: Process) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not condition():
            if part.ended:
                raise ConfigurationError(f"{part.name} ended at its start: {part.last_words()}")
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"{part.name} did not answer within {READY_WITHIN_SECONDS:.0f} s; "
                    f"its log: {part.log_file}"
                )
            time.sleep(0.02)

    def _watch(self) -> None:
        while not self._stopping.wait(WATCH_EVERY_SECONDS):
            with self._restarting:
                self._keep_alive()
        # On Linux a part dies with the thread that started it: parts that this one started again
        # must be stopped in their turn first.
        self._stopped.wait()

    def _keep_alive(self) -> None:
        for process in self._processes if not self._stopping.is_set() else ():
            try:
                process.keep_alive()
            except OSError as error:
                log.warning("%s cannot be started again: %s", process.name, error)

    def _stop(self) -> None:
        self._stopping.set()
        with self._restarting:
            self._stop_parts()
        self._stopped.set()
        if self._watcher.is_alive():
            self._watcher.join()
        if self._listening:
            self._listening.close()
        self._remove_runtime_folder()
        (self.data / "fitserve.pid").unlink(missing_ok=True)
        self._lock.release()

    def _stop_parts(self) -> None:
        # In the reverse order of their start: workers hand their runs back while all else answers.
        deadline = time.monotonic() + STOP_WITHIN_SECONDS
        for process in reversed(self._processes):
            process.stop(max(LEAST_STOP_SECONDS, deadline - time.monotonic()))


def serve_forever(settings: Settings) -> None:
    """Run the whole service until SIGINT, SIGTERM or SIGHUP."""
    configure_logs("stack", settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    with Stack(settings) as stack:
        print(f"fitserve answers at {stack.url}")
        print(f"  documentation  {stack.url}/docs")
        print(f"  data folder    {stack.data.resolve()}")
        print(f"  answers        {who_may_call(settings)}")
        print("Stop with Ctrl-C.", flush=True)
        stop.wait()
        print("Stopping: runs in training are handed back and go on at the next start.", flush=True)
