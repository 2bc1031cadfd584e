"""Attack 10: a run that kills its worker every time."""

import time

from redis import Redis

from chaos.arena import Arena, Figures, attack
from chaos.twins import CURVE
from fitserve_core.broker import QUEUES
from support.waiting import until

BEHIND = 4


@attack(
    10,
    "a run that kills its worker every time",
    "failed after 3 attempts, with the reason; the queue behind it moves on",
)
def poison(arena: Arena) -> Figures:
    house = arena.house
    with Redis.from_url(house.broker_url) as broker, house.stopped(house.workers):
        poisoned = house.post(CURVE)
        until(lambda: broker.llen(QUEUES["auto"]) >= 1)
        house.arm("claimed", f"kill {poisoned.id}")
    began = time.time()
    behind = [house.post(CURVE) for _ in range(BEHIND)]
    ended = house.until_ended(poisoned.id)
    took = time.time() - began
    house.disarm("claimed")
    assert ended.status == "failed"
    assert house.run(poisoned.id).attempt == 3
    assert "3 workers" in (ended.error or ""), ended.error
    house.posted.remove(poisoned.id)
    arena.check(house, faults=0)
    assert all(house.store.experiments.get(e.id).status == "succeeded" for e in behind)
    return {"attempts": 3, "failed after, s": round(took, 1), "runs behind it": BEHIND}
