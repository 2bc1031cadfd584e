"""`fitserve up`: one owner of a data folder, clear refusals, nothing left behind."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from fitserve_core.errors import ConfigurationError
from fitserve_core.settings import Settings
from fitserve_service.stack import Stack
from fitserve_workers import devices
from support.processes import all_processes, command, environment
from support.waiting import until

UP = [sys.executable, "-c", "from fitserve.cli import main; main()", "up"]


def start_up(data: Path) -> "subprocess.Popen[str]":
    told = {"FITSERVE_DATA": str(data), "FITSERVE_PORT": "0", "TMPDIR": str(data)}
    environment = {**os.environ, "FITSERVE_SLOTS": "1", **told}
    up = subprocess.Popen(UP, env=environment, stdout=subprocess.PIPE, text=True)
    assert up.stdout is not None
    assert re.fullmatch(r"fitserve answers at http://127\.0\.0\.1:\d+\n", up.stdout.readline())
    return up


def stopped(up: "subprocess.Popen[str]", number: signal.Signals) -> None:
    up.send_signal(number)
    output, _ = up.communicate(timeout=30)
    assert up.returncode == 0
    assert "Stopping" in output


def processes_of(data: Path) -> list[str]:
    """Processes that were started for this data folder, by their environment."""
    mine = [p for p in all_processes() if environment(p).get("FITSERVE_DATA") == str(data)]
    return [command(pid) for pid in mine]


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
class TestStop:
    def test_signal_ends_it_and_all_its_parts(self, tmp_path: Path) -> None:
        up = start_up(tmp_path)
        assert processes_of(tmp_path)
        stopped(up, signal.SIGTERM)
        assert processes_of(tmp_path) == []
        assert not (tmp_path / "fitserve.pid").exists()

    def test_kill_leaves_no_orphans_and_the_next_start_cleans_up(self, tmp_path: Path) -> None:
        up = start_up(tmp_path)
        up.kill()
        up.communicate(timeout=30)
        until(lambda: processes_of(tmp_path) == [], 20)
        [left] = tmp_path.glob("fitserve-*")
        again = start_up(tmp_path)
        assert not left.exists()
        stopped(again, signal.SIGINT)
        assert list(tmp_path.glob("fitserve-*")) == []


class TestRefusal:
    def test_second_owner_of_a_data_folder_is_told_the_first(
        self, stack: Stack, long_folder: Path
    ) -> None:
        second = Stack(Settings(data=long_folder, port=0))
        with pytest.raises(ConfigurationError, match=rf"in use by .*process {os.getpid()}"), second:
            pass
        assert stack.url

    def test_taken_port_is_named(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            refused = Stack(Settings(data=tmp_path, port=port))
            with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port}"), refused:
                pass

    def test_a_gpu_that_is_not_there_is_told_before_anything_starts(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(devices, "gpus", list)
        refused = Stack(Settings(data=tmp_path, port=0, devices=("cpu", "gpu")))
        told = r"FITSERVE_DEVICES is cpu,gpu, .* finds no GPU here, only the CPU"
        with pytest.raises(ConfigurationError, match=told), refused:
            pass
        assert list(tmp_path.iterdir()) == []
