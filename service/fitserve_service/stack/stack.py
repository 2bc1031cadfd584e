"""Start, watch and stop broker, API and workers."""

import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2
from filelock import FileLock, Timeout

from fitserve_core.errors import ConfigurationError
from fitserve_core.logs import configure_logs
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_service.listening import bind_each, who_may_call
from fitserve_service.stack.api import api_processes
from fitserve_service.stack.broker import broker_answers, broker_command
from fitserve_service.stack.process import Process
from fitserve_service.stack.supervisor import Supervisor, told_to_stop


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
        self._listening: list[socket.socket] = []
        self._supervisor = Supervisor()

    @property
    def data(self) -> Path:
        """The data folder."""
        return self._settings.data

    @property
    def url(self) -> str:
        """Where the API answers."""
        host, port = self._listening[0].getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def __enter__(self) -> Self:
        self._look_for_devices()
        self._take_data_folder()
        try:
            # Bound here and inherited: while the API restarts, connections wait, not fail.
            self._listening = bind_each(self._settings)
            # Once, here: parts that start together then find the newest schema.
            Store.opened(self._settings).close()
            environment = os.environ | self._settings.environment()
            runtime = self._make_runtime_folder()
            if self._settings.redis_url is None:
                environment["REDIS_URL"] = self._start_broker(runtime)
            explain_socket = runtime / "explain.sock"
            environment["FITSERVE_EXPLAIN_SOCKET"] = str(explain_socket)
            api = api_processes(self._listening, environment, runtime, self._new_log)
            self._supervisor.start(*api, until=self._api_answers)
            # After the API: importing TensorFlow takes all cores for seconds.
            for device in self._settings.devices:
                name = "workers" if device == "cpu" else f"workers-{device}"
                command = [sys.executable, "-m", "fitserve_workers", device]
                self._supervisor.start(self._part(name, command, environment))
            explain = [sys.executable, "-m", "fitserve_workers.explain", str(explain_socket)]
            self._supervisor.start(self._part("explain", explain, environment))
            self._supervisor.watch()
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

    def _look_for_devices(self) -> None:
        # At the start alone: a worker whose GPU goes away later is started again until it is back.
        if "gpu" in self._settings.devices:
            from fitserve_workers.devices import required_gpus  # noqa: PLC0415  an extra's

            required_gpus(f"FITSERVE_DEVICES is {','.join(self._settings.devices)}")

    def _take_data_folder(self) -> None:
        self._settings.make_data_folder()
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
        broker = self._part("broker", command, dict(os.environ))
        self._supervisor.start(broker, until=lambda: broker_answers(url))
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

    def _part(self, name: str, command: list[str], environment: dict[str, str]) -> Process:
        return Process(name, command, environment, self._new_log(name))

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

    def _stop(self) -> None:
        self._supervisor.stop()
        for listening in self._listening:
            listening.close()
        self._remove_runtime_folder()
        (self.data / "fitserve.pid").unlink(missing_ok=True)
        self._lock.release()


def serve_forever(settings: Settings) -> None:
    """Run the whole service until SIGINT, SIGTERM or SIGHUP."""
    configure_logs("stack", settings.log_level)
    stop = told_to_stop()
    with Stack(settings) as stack:
        print(f"fitserve answers at {stack.url}")
        print(f"  documentation  {stack.url}/docs")
        print(f"  data folder    {stack.data.resolve()}")
        print(f"  answers        {who_may_call(settings)}")
        if settings.api_processes > 1:
            print(f"  API processes  {settings.api_processes}")
        print("Stop with Ctrl-C.", flush=True)
        stop.wait()
        print("Stopping: runs in training are handed back and go on at the next start.", flush=True)
