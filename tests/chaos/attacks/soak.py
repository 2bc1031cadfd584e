"""Attack 12: ten minutes of random faults under a mixed load and constant predictions."""

import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from chaos.arena import Arena, Figures, attack
from chaos.house import House, kill
from chaos.load import Load
from chaos.memory import Memory
from chaos.twins import CURVE

SOAK_SECONDS = float(os.environ.get("CHAOS_SOAK_SECONDS", "600"))
LEASE_SECONDS = 5
MOST_LOSSES = 20
RUNS_A_SECOND = 100 / 600


@attack(
    12,
    "ten minutes of random faults, a mixed load, constant predictions",
    "all invariants; predictions answered but for the API's own restarts; memory flat",
)
def soak(arena: Arena) -> Figures:
    told = {
        "FITSERVE_LEASE_SECONDS": str(LEASE_SECONDS),
        "FITSERVE_MAX_LOST_ATTEMPTS": str(MOST_LOSSES),
    }
    with arena.opened(told) as house:
        kept = house.post(CURVE)
        house.until_ended(kept.id)
        faults: Counter[str] = Counter()
        memory = Memory(house)
        began = time.time()
        with Load(house, arena.random, kept.id) as load:
            while time.time() - began < SOAK_SECONDS:
                memory.look()
                _fault(arena, house, load, faults)
            load.calm_down()
        lost = faults["slot killed"] + faults["parent killed"] + faults["slot stopped"]
        checked = arena.check(house, faults=lost, seconds=300)
        assert checked.runs >= SOAK_SECONDS * RUNS_A_SECOND, f"only {checked.runs} runs"
        assert load.wrong == [], f"{len(load.wrong)} wrong predictions: {load.wrong[:3]}"
        assert load.unanswered == [], f"{len(load.unanswered)}: {load.unanswered[:3]}"
        return {
            "seconds": round(SOAK_SECONDS),
            "runs": checked.runs,
            "compared with a twin": checked.twins,
            "faults": sum(faults.values()),
            **faults,
            "attempts at most": max(checked.attempts),
            "predictions": load.answered,
            "not answered during the API's restarts": load.missed,
            **memory.figures(),
        }


def _fault(arena: Arena, house: House, load: Load, faults: Counter[str]) -> None:
    chosen = arena.random.choices(list(FAULTS), [weight for _, weight in FAULTS.values()])[0]
    with suppress(ProcessLookupError):  # it died of another fault meanwhile
        FAULTS[chosen][0](arena, house, load)
        faults[chosen] += 1
    time.sleep(arena.random.uniform(5, 15))


def _slot_killed(arena: Arena, house: House, _: Load) -> None:
    if slots := house.slots():
        kill(arena.random.choice(slots))


def _parent_killed(_: Arena, house: House, __: Load) -> None:
    kill(house.workers)


def _slot_stopped(arena: Arena, house: House, _: Load) -> None:
    if slots := house.slots():
        with house.stopped(arena.random.choice(slots)):
            time.sleep(arena.random.uniform(0.5, 1.5) * LEASE_SECONDS)


def _api_killed(_: Arena, house: House, load: Load) -> None:
    with load.without_api():
        kill(house.api)


def _broker_killed(_: Arena, house: House, __: Load) -> None:
    os.kill(house.broker, signal.SIGKILL)


def _store_locked(arena: Arena, house: House, _: Load) -> None:
    locking = sqlite3.connect(house.data / "fitserve.sqlite3", timeout=30, isolation_level=None)
    locking.execute("BEGIN IMMEDIATE")
    time.sleep(arena.random.uniform(1, 4))
    locking.execute("ROLLBACK")
    locking.close()


Fault = Callable[[Arena, House, Load], None]
FAULTS: dict[str, tuple[Fault, float]] = {
    "slot killed": (_slot_killed, 0.25),
    "parent killed": (_parent_killed, 0.05),
    "slot stopped": (_slot_stopped, 0.15),
    "API killed": (_api_killed, 0.2),
    "broker killed": (_broker_killed, 0.2),
    "store locked": (_store_locked, 0.15),
}
