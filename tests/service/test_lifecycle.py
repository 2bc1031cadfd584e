"""A service starts, answers and ends; nothing of it stays."""

import gc
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import httpx2
import pytest

from fitserve_core.settings import Settings
from support import stories
from support.ports import free_port
from support.processes import command as command_of
from support.processes import descendants
from support.serving import running_service
from support.sse import streaming
from support.waiting import until

PARTS = {"api-1", "api-2"}


def _open_sockets() -> int:
    """Return how many sockets this process holds; /dev/fd is on Linux and macOS."""
    return sum(_is_socket(int(link.name)) for link in Path("/dev/fd").iterdir())


def _is_socket(descriptor: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:  # the listing's own descriptor, closed by now
        return False


class TestStop:
    def test_leaves_no_thread_and_no_socket(self, settings: Settings) -> None:
        gc.collect()
        threads, sockets = set(threading.enumerate()), _open_sockets()
        with running_service(settings) as service:
            experiment = stories.post(service.store)
            service.http.get("/readyz").raise_for_status()
            with streaming(service.http, f"/experiments/{experiment.id}/events") as frames:
                next(frames)
            assert set(threading.enumerate()) > threads
        until(lambda: set(threading.enumerate()) <= threads, 5)
        gc.collect()
        assert _open_sockets() == sockets

    def test_closes_the_store(self, settings: Settings) -> None:
        with running_service(settings) as service:
            stories.post(service.store)
        # SQLite removes its write-ahead log when the last connection is closed properly.
        assert [file.name for file in settings.data.glob("fitserve.sqlite3*")] == [
            "fitserve.sqlite3"
        ]


class TestStart:
    def test_makes_a_data_folder_with_a_long_path_for_its_owner(self, tmp_path: Path) -> None:
        data = tmp_path.joinpath("x" * 100, "y" * 100, "data")
        with running_service(Settings(data=data, database_url=None, redis_url=None)) as service:
            assert service.http.get("/readyz").status_code == 200
        assert stat.S_IMODE(data.stat().st_mode) == 0o700

    def test_keeps_what_an_earlier_service_stored(self, settings: Settings) -> None:
        with running_service(settings) as service:
            posted = service.http.post("/experiments", json={"dataset": "mnist"}).json()
        with running_service(settings) as service:
            assert service.http.get(f"/experiments/{posted['id']}").json() == posted

    def test_is_refused_where_the_database_does_not_answer(self, tmp_path: Path) -> None:
        ended = subprocess.run(
            [sys.executable, "-m", "fitserve_service.server"],
            env={
                **os.environ,
                "FITSERVE_DATA": str(tmp_path),
                "FITSERVE_PORT": "0",
                "DATABASE_URL": f"postgresql://postgres@/postgres?host={tmp_path}/nowhere",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode != 0
        assert "nowhere" in ended.stderr


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
class TestSeveralProcesses:
    def test_answer_without_the_rest_of_a_stack_and_end_together(self, tmp_path: Path) -> None:
        port = free_port()
        told = {"FITSERVE_DATA": str(tmp_path), "FITSERVE_PORT": str(port), "TMPDIR": str(tmp_path)}
        parts = {"FITSERVE_API_PROCESSES": "2", "DATABASE_URL": "", "REDIS_URL": ""}
        log = tmp_path / "log"
        command = [sys.executable, "-m", "fitserve_service"]
        with log.open("wb") as output:
            api = subprocess.Popen(command, env=os.environ | told | parts, stderr=output)
        try:
            # One of them is enough to be ready.
            until(lambda: self._ready(port) and all(part in log.read_text() for part in PARTS))
            below = descendants(api.pid)
        finally:
            api.terminate()
            api.wait(30)
        assert api.returncode == 0
        assert len(below) == 2
        said = [json.loads(line) for line in log.read_text().splitlines()]
        assert {line["part"] for line in said} == PARTS
        assert [pid for pid in below if command_of(pid)] == []
        assert list(tmp_path.glob("fitserve-*")) == []

    def _ready(self, port: int) -> bool:
        try:
            return httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        except httpx2.ConnectError:
            return False
