"""Attack 5: fifty duplicate hints, and four claims at once."""

import tempfile
import threading
from pathlib import Path

from redis import Redis

from chaos.arena import Arena, Figures, attack
from chaos.twins import CURVE
from fitserve_core.broker import QUEUES
from fitserve_core.settings import Settings
from fitserve_core.store import Claim, Store
from support import stories
from support.waiting import until

HINTS = 50
CLAIMERS = 4
ROUNDS = 25


@attack(5, "fifty duplicate hints; four claims at once, 25 times", "one attempt each")
def duplicates(arena: Arena) -> Figures:
    house = arena.house
    with Redis.from_url(house.broker_url) as broker:
        with house.stopped(house.workers):
            experiment = house.post(CURVE | {"repetitions": 3})
            until(lambda: broker.llen(QUEUES["auto"]) >= 3)
            [hint] = broker.lrange(QUEUES["auto"], 0, 0)
            broker.lpush(QUEUES["auto"], *[hint] * HINTS)
        checked = arena.check(house, faults=0)
        until(lambda: broker.llen(QUEUES["auto"]) == 0, 60)
    assert checked.attempts == [1, 1, 1]
    assert house.store.experiments.get(experiment.id).status == "succeeded"
    return {"hints for 3 runs": HINTS + 3, "claims at once": _claims_at_once()}


def _claims_at_once() -> int:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), database_url=None)
        stores = [Store.opened(settings) for _ in range(CLAIMERS)]
        for _ in range(ROUNDS):
            stories.post(stores[0])
            taken = _race(stores)
            assert [claim.attempt for claim in taken] == [1], f"{len(taken)} claims of one run"
        for store in stores:
            store.close()
    return ROUNDS * CLAIMERS


def _race(stores: list[Store]) -> list[Claim]:
    start, taken = threading.Barrier(len(stores)), []

    def claim(store: Store) -> None:
        start.wait()
        if (found := store.claims.take("racer", "cpu")) is not None:
            taken.append(found)

    racers = [threading.Thread(target=claim, args=[store]) for store in stores]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    return taken
