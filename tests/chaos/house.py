"""A house: the whole service, as `fitserve up` starts it, on a data folder of its own."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from chaos.follower import Follower
from fitserve import Client
from fitserve_core.results import Experiment, RunMetrics
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from support import stories
from support.ports import free_port
from support.processes import all_processes, command, descendants, environment
from support.waiting import until

UP = [sys.executable, "-c", "from fitserve.cli import main; main()", "up"]
SEAM = Path(__file__).parent / "seam"

# Every write that a run's row is fenced for, as it was made: whose it was and whose it should be.
WRITES = """
CREATE TABLE IF NOT EXISTS chaos_write (run_id TEXT, attempt INTEGER, path TEXT, at REAL);
CREATE TRIGGER IF NOT EXISTS chaos_writes AFTER UPDATE OF checkpoint_path ON run
BEGIN
    INSERT INTO chaos_write
    VALUES (new.id, new.attempt, new.checkpoint_path, (julianday('now') - 2440587.5) * 86400.0);
END
"""


class House:
    """A service to be attacked, and what the attacker knows of it.

    Args:
        cache: a folder with data sets; nothing is fetched.
        told: environment variables of its own.
        data: its data folder, if not one in its own temporary folder.
    """

    def __init__(
        self, cache: Path, told: Mapping[str, str] | None = None, data: Path | None = None
    ) -> None:
        # Sockets' paths must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="fs-"))
        self.data = data or self.folder / "data"
        self.armed = self.folder / "armed"
        for folder in (self.data, self.armed, self.folder / "tmp"):
            folder.mkdir(exist_ok=True)
        (self.data / "datasets").symlink_to(cache / "datasets")
        self.posted: list[str] = []
        self._up: subprocess.Popen[str] | None = None
        self._environment = {
            "FITSERVE_DATA": str(self.data),
            "FITSERVE_PORT": str(free_port()),
            "FITSERVE_SLOTS": "2",
            "TMPDIR": str(self.folder / "tmp"),
            "CHAOS_ARMED": str(self.armed),
            "PYTHONPATH": str(SEAM),
            **(told or {}),
        }
        self.client = Client(f"http://127.0.0.1:{self._environment['FITSERVE_PORT']}")
        self.follower = Follower(self.client.base_url)

    @cached_property
    def settings(self) -> Settings:
        return Settings(
            data=self.data,
            database_url=self._environment.get("DATABASE_URL"),
            lease_seconds=float(self._environment.get("FITSERVE_LEASE_SECONDS", "20")),
        )

    @cached_property
    def store(self) -> Store:
        return Store(self.settings)

    @property
    def broker_url(self) -> str:
        return self._environment.get("REDIS_URL") or f"unix://{self.data}/runtime/broker.sock"

    def start(self) -> None:
        """Start the service; the same port again, so clients go on."""
        whole = {**os.environ, **self._environment}
        self._up = subprocess.Popen(UP, env=whole, stdout=subprocess.PIPE, text=True)
        assert self._up.stdout is not None
        first = self._up.stdout.readline()
        assert re.match(r"fitserve answers at http://127\.0\.0\.1:\d+", first), first
        if "DATABASE_URL" not in self._environment:
            with sqlite3.connect(self.data / "fitserve.sqlite3", timeout=30) as database:
                database.executescript(WRITES)
            database.close()
        if not self.follower.is_alive():
            self.follower.start()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the supervisor by a signal."""
        if self._up is not None:
            self._up.send_signal(number)
            self._up.communicate(timeout=60)
            self._up = None

    def tear_down(self) -> None:
        """Stop everything and leave nothing."""
        try:
            self.follower.stop()
            self.stop()
            until(lambda: not self.processes() and not self.follower.is_alive(), 30)
        finally:
            for pid in self.processes():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.client.close()
            self.store.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self) -> list[int]:
        """All living processes of this house."""
        mine = str(self.data)
        found = [p for p in all_processes() if environment(p).get("FITSERVE_DATA") == mine]
        return [pid for pid in found if pid != os.getpid()]

    def pid(self, words: str) -> int:
        """The process of a part, by what its command says; the topmost where there are several."""

        def found() -> list[int]:
            said = [pid for pid in self.processes() if words in command(pid)]
            below = {child for pid in said for child in descendants(pid)}
            return [
                pid
                for pid in said
                if pid not in below and "fitserve_core.processes" not in command(pid)
            ]

        until(lambda: len(found()) == 1, 30)
        return found()[0]

    @property
    def api(self) -> int:
        return self.pid("fitserve_service.server")

    @property
    def workers(self) -> int:
        """The parent of the slots."""
        return self.pid("-m fitserve_workers ")

    @property
    def broker(self) -> int:
        """The embedded broker, found by its title, which it writes over its environment."""
        assert self._up is not None
        below = self._up.pid

        def found() -> list[int]:
            return [pid for pid in descendants(below) if "unixsocket" in command(pid)]

        until(found, 30)
        return found()[0]

    def slots(self) -> list[int]:
        return descendants(self.workers)

    def slot_of(self, run_id: str) -> int:
        """The process that trains a run."""
        with self.store.database.reading() as connection:
            query = "SELECT worker FROM run WHERE id = '" + run_id + "'"
            worker = connection.exec_driver_sql(query).scalar_one()
        return int(worker.rpartition("/")[2])

    def post(self, spec: Mapping[str, object]) -> Experiment:
        """Post an experiment; the checker will ask for it."""
        experiment = self.client.experiments.create(spec)
        self.posted.append(experiment.id)
        return experiment

    def runs(self, experiment_id: str) -> list[RunMetrics]:
        return stories.runs(self.store, experiment_id)

    def run(self, experiment_id: str) -> RunMetrics:
        [run] = self.runs(experiment_id)
        return run

    def until_epoch(self, experiment_id: str, epoch: int) -> RunMetrics:
        """Return the experiment's only run once it has recorded so many epochs."""
        until(lambda: len(self.run(experiment_id).epochs) >= epoch, 120)
        return self.run(experiment_id)

    def until_ended(self, experiment_id: str, seconds: float = 180) -> Experiment:
        def get() -> Experiment:
            return self.store.experiments.get(experiment_id)

        until(lambda: get().finished_at is not None, seconds)
        return get()

    def moment(self, experiment_id: str, type_: str, number: int = 1) -> float:
        """Return when the `number`-th event of a type was written, by the store's clock."""

        def found() -> list[float]:
            events = self.store.events.of_experiment(experiment_id, 0, 100_000)
            return [event.created_at.timestamp() for event in events if event.type == type_]

        until(lambda: len(found()) >= number, 120)
        return found()[number - 1]

    def arm(self, point: str, order: str) -> None:
        """Arm a point of the seam."""
        for mark in self.armed.glob(f"{point}.*"):
            mark.unlink()
        (self.armed / point).write_text(order)

    def disarm(self, point: str) -> None:
        (self.armed / point).unlink(missing_ok=True)

    def came_by(self, point: str, what: str) -> int:
        """Wait until a process was killed or held at a point; return its id."""
        mark = self.armed / f"{point}.{what}"
        until(mark.exists, 120)
        until(lambda: mark.read_text() != "", 5)
        return int(mark.read_text())

    @contextmanager
    def stopped(self, pid: int) -> Iterator[None]:
        """Hold a process by SIGSTOP."""
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def kill(pid: int) -> float:
    """SIGKILL a process; return when."""
    os.kill(pid, signal.SIGKILL)
    return time.time()
