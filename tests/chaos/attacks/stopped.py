"""Attack 4: a worker that is stopped past its lease, and continued."""

from chaos.arena import Arena, Figures, attack
from chaos.house import House
from chaos.twins import CURVE, DIGITS
from support.waiting import until


@attack(4, "SIGSTOP of a slot past its lease, then SIGCONT", "its old attempt writes nothing")
def slot_stopped(arena: Arena) -> Figures:
    with arena.opened({"FITSERVE_LEASE_SECONDS": "2"}) as house:
        experiment = house.post(DIGITS)
        run = house.until_epoch(experiment.id, arena.random.randint(1, 12))
        slot = house.slot_of(run.run_id)
        with house.stopped(slot):
            recorded = len(house.run(experiment.id).epochs)
            house.moment(experiment.id, "run.running", 2)
            house.until_epoch(experiment.id, recorded + 1)
        arena.check(house, faults=1)
        # It has found out, and trains what comes next.
        until(lambda: _trains(arena, house, slot), 120)
        return {"epochs when it was stopped": recorded}


def _trains(arena: Arena, house: House, slot: int) -> bool:
    # Several runs at once: of single ones, the same slot may take each.
    experiment = house.post(CURVE | {"repetitions": 6})
    arena.check(house, faults=0)
    return slot in {house.slot_of(run.run_id) for run in house.runs(experiment.id)}
