"""Attack 8: cancelled at every bad moment, and deleted."""

import signal
import time

from chaos.arena import Arena, Figures, attack
from chaos.house import House, kill
from chaos.twins import CURVE, DIGITS, endless
from fitserve_core.garbage import garbage
from support.waiting import until

WITHIN_SECONDS = 1.0


def _cancel(house: House, experiment_id: str) -> float:
    """Cancel; return how long the answer took."""
    began = time.time()
    assert house.client.experiments.cancel(experiment_id).status == "cancelled"
    return time.time() - began


@attack(8, "cancel what waits and what trains", "ended ≤ 1 s; the slot is free ≤ 1 s later")
def running(arena: Arena) -> Figures:
    house = arena.house
    long = house.post(endless(arena.long[0], repetitions=2))
    until(lambda: all(run.epochs for run in house.runs(long.id)), 120)
    waits, next_one = house.post(CURVE), house.post(CURVE)
    queued = _cancel(house, waits.id)
    assert house.run(waits.id).attempt == 0
    began = time.time()
    took = _cancel(house, long.id)
    freed = house.moment(next_one.id, "run.running") - began
    assert max(queued, took) <= WITHIN_SECONDS, f"{took} s"
    arena.check(house, faults=0)
    return {"cancelled after, s": round(took, 2), "slot free after, s": round(freed, 2)}


@attack(8, "cancel while TensorFlow is imported", "it is never trained; the next one is")
def importing(arena: Arena) -> Figures:
    house = arena.house
    kill(house.workers)
    cancelled, other = house.post(DIGITS), house.post(CURVE)
    _cancel(house, cancelled.id)
    assert house.run(cancelled.id).attempt == 0
    arena.check(house, faults=0)
    assert house.store.experiments.get(other.id).status == "succeeded"
    return {}


@attack(
    8,
    "cancel during the last epoch's end and during export; DELETE meanwhile",
    "stays cancelled; no row, no file is left",
)
def ending(arena: Arena) -> Figures:
    house, held = arena.house, ("saved", "ending", "exporting-keras", "exporting-onnx")
    for point in held:
        house.arm(point, "hold")
        experiment = house.post(CURVE)
        house.came_by(point, "held")
        took = _cancel(house, experiment.id)
        assert took <= WITHIN_SECONDS, f"{took} s at {point}"
        deleted = arena.random.random() < 0.5
        if deleted:
            house.client.experiments.delete(experiment.id)
            house.posted.remove(experiment.id)
        house.disarm(point)
        until(lambda: not list(garbage(house.store, house.settings.artefacts)), 30)
        arena.check(house, faults=0)
        folder = house.settings.artefacts / experiment.id
        until(lambda folder=folder: not any(path.is_file() for path in folder.rglob("*")), 30)
    return {"moments": len(held)}


@attack(8, "cancel while the broker is stopped", "ended ≤ 1 s all the same")
def without_broker(arena: Arena) -> Figures:
    house = arena.house
    experiment = house.post(endless(DIGITS))
    house.until_epoch(experiment.id, 1)
    with house.stopped(house.broker):
        took = _cancel(house, experiment.id)
    assert took <= WITHIN_SECONDS, f"{took} s"
    arena.check(house, faults=0)
    return {"cancelled after, s": round(took, 2)}


@attack(8, "cancel, then restart everything", "stays cancelled; DELETE leaves no row and no file")
def restarted(arena: Arena) -> Figures:
    house = arena.house
    experiment = house.post(endless(DIGITS))
    house.until_epoch(experiment.id, 1)
    kill(house.slot_of(house.run(experiment.id).run_id))
    _cancel(house, experiment.id)
    house.stop(signal.SIGKILL)
    until(lambda: not house.processes(), 30)
    house.start()
    other = house.post(CURVE)
    arena.check(house, faults=1)
    assert house.store.experiments.get(experiment.id).status == "cancelled"
    house.client.experiments.delete(experiment.id)
    assert not (house.settings.artefacts / experiment.id).exists()
    assert list(garbage(house.store, house.settings.artefacts)) == []
    assert house.store.experiments.get(other.id).status == "succeeded"
    return {}
