"""What training leaves to others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

GROUP = Path("/proc/self/autogroup")
STANDING = f"""
import json, os
from pathlib import Path
group = Path({str(GROUP)!r})
print(json.dumps([os.nice(0), group.read_text() if group.exists() else ""]))
"""
GIVE_WAY = """
from fitserve_workers.priority import give_way
give_way()
"""


def standing(program: str, own_session: bool) -> tuple[int, str]:
    """What a process that runs this says of its niceness and of its session's."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        start_new_session=own_session,
    )
    niceness, group = json.loads(done.stdout)
    return niceness, group


class TestGiveWay:
    @pytest.mark.parametrize("own_session", [True, False])
    def test_is_of_the_process_and_of_a_session_that_is_its_own(self, own_session: bool) -> None:
        before, shared_before = standing(STANDING, own_session)
        after, shared_after = standing(GIVE_WAY + STANDING, own_session)
        assert after == before + 10
        # A kernel that does not share by sessions lacks the file, or has nothing in it; one that
        # does gives each new session a group, whether or not the session that starts it has one.
        assert bool(shared_after) == bool(shared_before)
        if shared_before:
            kept = shared_before.split()[-1]
            assert shared_after.split()[-1] == ("10" if own_session else kept)
