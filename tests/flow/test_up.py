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
from support.processes import all_processes, command, environment
from support.waiting import until

UP = [sys.executable, "-c", "from fitserve.cli import main; main()", "up"]


def start_up(data: Path) -> "subprocess.Popen[str]":
    told = {"FITSERVE_DATA": str(data), "FITSERVE_PORT": "0", "TMPDIR": str(data)}
    environment = {**os.environ, **told}
    up = subprocess.Popen(UP, env=environment, stdout=subprocess.PIPE, text=True)
    assert up.stdout is not None
    assert re.fullmatch(r"fitserve answers at http://127\.0\.0\.1:\d+\n", up.stdout.readline())
    return up


def processes_of(data: Path) -> list[str]:
    """Processes that were started for this data folder, by their environment."""
    mine = [p for p in all_processes() if environment(p).get("FITSERVE_DATA") == str(data)]
    return [command(pid) for pid in mine]


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
class TestStop:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_signal_ends_it_and_all_its_parts(self, tmp_path: Path, number: signal.Signals) -> None:
        up = start_up(tmp_path)
        assert processes_of(tmp_path)
        up.send_signal(number)
        output, _ = up.communicate(timeout=30)
        assert up.returncode == 0
        assert "Stopping" in output
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
        again.send_signal(signal.SIGINT)
        again.communicate(timeout=30)
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
