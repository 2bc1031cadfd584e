"""A slot that is told to stop before it is one."""

import subprocess
import sys
from pathlib import Path

PREPARE = """
import sys
from pathlib import Path
from fitserve_core.settings import Settings
from fitserve_workers.tasks import prepare_slot
prepare_slot(Settings(data=Path(sys.argv[1]), database_url=None), "cpu", lambda: True)
print("went on")
"""


class TestEndingAt:
    def test_a_slot_told_to_stop_does_not_finish_importing_tensorflow(self, tmp_path: Path) -> None:
        slot = [sys.executable, "-c", PREPARE, tmp_path]
        ended = subprocess.run(slot, capture_output=True, text=True, timeout=60, check=True)
        assert ended.stdout == ""
