"""The API as a process of its own over a filled store, and requests on one connection."""

import http.client
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from benchmarks.shared.processes import ROOT, ContenderError, environment
from fitserve_core.settings import Settings
from fitserve_core.store import Store

sys.path.insert(0, str(ROOT / "tests"))
from support.postgresql import OwnPostgresql

READY_WITHIN_SECONDS = 30.0
TIMEOUT_SECONDS = 60
DATABASES = ("SQLite", "PostgreSQL")


class Api:
    """A running API.

    Attributes:
        pid: its process.
    """

    def __init__(self, port: int, pid: int, key: str = "") -> None:
        self.port, self.pid = port, pid
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)

    def as_holder(self, key: str) -> "Api":
        """Return the same API, asked with a key."""
        return Api(self.port, self.pid, key)

    def get(self, path: str) -> bytes:
        """Return an answer's body, read whole.

        Raises:
            ContenderError: another status than 200.
        """
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ContenderError(f"{path}: {answer.status} {body[:500]!r}")
        return body

    def milliseconds(self, path: str) -> float:
        """Return how long an answer takes until its last byte is here."""
        began = time.perf_counter()
        self.get(path)
        return 1_000 * (time.perf_counter() - began)

    def cpu_seconds(self) -> float:
        """Return what its process has used of processors so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def peak_mib(self) -> float:
        """Return the most memory that its process has had at once since `forget_peak`."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        told = next(line for line in lines if line.startswith("VmHWM"))
        return int(told.split()[1]) / 1_024

    def forget_peak(self) -> None:
        """Let `peak_mib` begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


@contextmanager
def database(name: str) -> Iterator[tuple[Path, str]]:
    """Yield the data folder and the URL of an empty store, which goes when the context ends."""
    with tempfile.TemporaryDirectory() as folder:
        if name == "SQLite":
            yield Path(folder), ""
            return
        server = OwnPostgresql()
        try:
            server.start()
            yield Path(folder), server.url
        finally:
            server.remove()


@contextmanager
def opened(data: Path, url: str) -> Iterator[Store]:
    """Open a store while the context is open, whatever the environment says."""
    own = {"data": data, "database_url": url or None, "redis_url": None, "api_keys": None}
    # No lease of the benchmark's own claims runs out, which would be one more event.
    store = Store.opened(Settings.model_validate(own | {"lease_seconds": 3_600}))
    try:
        yield store
    finally:
        store.close()


def version(store: Store) -> str:
    """Return which database it is."""
    with store.database.reading() as connection:
        name = connection.dialect.name
        function = "sqlite_version()" if name == "sqlite" else "current_setting('server_version')"
        told = connection.execute(text(f"SELECT {function}")).scalar_one()
    return f"{name} {told.split()[0]}"


@contextmanager
def running(data: Path, url: str, keys: str = "") -> Iterator[Api]:
    """Run the API over a store while the context is open; it has no broker.

    Raises:
        ContenderError: it ended, or did not answer in time.
    """
    with tempfile.TemporaryFile() as log:
        port = _free_port()
        own = {"FITSERVE_DATA": str(data), "DATABASE_URL": url, "REDIS_URL": ""}
        own |= {"FITSERVE_PORT": str(port), "FITSERVE_API_KEYS": keys}
        process = subprocess.Popen(
            [sys.executable, "-m", "fitserve_service.server"],
            cwd=ROOT,
            env=environment(**own, FITSERVE_LOG_LEVEL="warning"),
            stderr=log,
        )
        try:
            _until_it_answers(port, process)
            yield Api(port, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        try:
            Api(port, process.pid).get("/healthz")
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise ContenderError(f"the API does not answer: {error}") from error
            time.sleep(0.1)
        else:
            return


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
