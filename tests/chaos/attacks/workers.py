"""Attack 1: the worker's processes killed at random epochs."""

import os
import signal
import time
from collections.abc import Callable

from chaos.arena import Arena, Figures, Skipped, attack, seconds_since
from chaos.house import House, kill
from chaos.twins import DIGITS
from support.waiting import until

GRACE_SECONDS = 5.0


def _attacked(arena: Arena, name: str, strike: Callable[[House, str], object]) -> Figures:
    house = arena.house
    spec = arena.random.choice(arena.long)
    experiment = house.post(spec)
    last = spec["training"]["epochs"]
    run = house.until_epoch(experiment.id, arena.random.randint(1, 2 * last // 3))
    recorded = len(house.run(experiment.id).epochs)
    strike(house, run.run_id)
    struck = time.time()
    went_on = house.moment(experiment.id, "run.running", 2) - struck
    busy = arena.busy
    events = house.store.events.of_experiment(experiment.id, 0, 100_000)
    again = [event for event in events if event.type == "run.running"][1]
    assert again.data["epoch"] >= recorded, "recorded epochs are repeated"
    handed_back = house.moment(experiment.id, "run.requeued") - struck
    arena.check(house, faults=1)
    within = house.settings.lease_seconds + GRACE_SECONDS
    assert handed_back <= within, f"handed back after {handed_back} s"
    if went_on > within and busy:
        # A new slot imports TensorFlow: ten seconds of a core, which others had.
        raise Skipped(
            f"too busy a machine to tell, load {busy:.1f}: handed back after "
            f"{handed_back:.1f} s, a slot that could train was there after {went_on:.1f} s"
        )
    assert went_on <= within, f"{went_on} s"
    return {
        f"{name}: handed back after, s": round(handed_back, 1),
        f"{name}: went on after, s": round(went_on, 1),
    }


@attack(1, "SIGKILL of the slot that trains", "goes on within lease + 5 s, no epoch twice")
def slot_killed(arena: Arena) -> Figures:
    return _attacked(arena, "slot", lambda house, run_id: kill(house.slot_of(run_id)))


@attack(1, "SIGKILL of the slots' parent", "goes on within lease + 5 s, no epoch twice")
def parent_killed(arena: Arena) -> Figures:
    return _attacked(arena, "parent", lambda house, _: kill(house.workers))


@attack(1, "SIGKILL of the worker's whole group", "goes on within lease + 5 s, no epoch twice")
def group_killed(arena: Arena) -> Figures:
    return _attacked(
        arena, "group", lambda house, _: os.killpg(os.getpgid(house.workers), signal.SIGKILL)
    )


@attack(1, "SIGKILL of a slot that does nothing", "nothing is disturbed")
def idle_slot_killed(arena: Arena) -> Figures:
    house = arena.house
    experiment = house.post(DIGITS)
    run = house.until_epoch(experiment.id, 1)
    busy = house.slot_of(run.run_id)
    before = set(house.slots())
    for idle in before - {busy}:
        kill(idle)
    began = time.time()
    until(lambda: len(set(house.slots()) - before) == len(before) - 1, 60)
    arena.check(house, faults=0)
    return {"idle slot: replaced after, s": seconds_since(began)}
