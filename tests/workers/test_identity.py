"""Whether a slot of this machine has ended."""

import os
import subprocess
import sys

from fitserve_workers.identity import has_ended, own_name


class TestHasEnded:
    def test_tells_of_processes_of_this_machine_alone(self) -> None:
        machine, _, pid = own_name().rpartition("/")
        assert int(pid) == os.getpid()
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
            there = f"{machine}/{child.pid}"
            assert not has_ended(there)
            child.kill()
        assert has_ended(there)
        assert not has_ended(f"elsewhere/1/{child.pid}")
        assert not has_ended("a worker of an older version")
