"""Attack 11: `fitserve up` itself."""

import os
import signal
import subprocess
import time
from pathlib import Path

from chaos.arena import Arena, Figures, attack
from chaos.house import UP
from chaos.twins import DIGITS
from support.waiting import until


@attack(11, "SIGKILL of `fitserve up`", "no orphan processes; the next start goes on")
def up_killed(arena: Arena) -> Figures:
    house = arena.house
    experiment = house.post(DIGITS)
    house.until_epoch(experiment.id, arena.random.randint(1, 10))
    parts = {*house.processes(), house.broker}
    house.stop(signal.SIGKILL)
    began = time.time()
    until(lambda: not [pid for pid in parts if _lives(pid)], 20)
    gone = time.time() - began
    house.start()
    started = time.time()
    went_on = house.moment(experiment.id, "run.running", 2) - started
    arena.check(house, faults=1)
    return {
        "processes": len(parts),
        "all gone after, s": round(gone, 2),
        "goes on after the next start, s": round(went_on, 1),
    }


@attack(11, "a second `fitserve up` on the same data folder", "it refuses, naming the first")
def second_up(arena: Arena) -> Figures:
    house = arena.house
    first = (house.data / "fitserve.pid").read_text().strip()
    told = {**os.environ, "FITSERVE_DATA": str(house.data), "FITSERVE_PORT": "0"}
    second = subprocess.run(UP, env=told, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode != 0
    assert f"in use by another fitserve (process {first})" in second.stderr, second.stderr
    assert house.client.health().status == "ok"
    return {}


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
