"""Attack 6: the API killed while it is asked."""

import threading
import time

from chaos.arena import Arena, Figures, attack
from chaos.house import House, kill
from chaos.twins import CURVE, DIGITS
from fitserve_core.errors import FitserveError
from support.waiting import until

POSTS = 12
KILLS = 2


@attack(
    6,
    "SIGKILL of the API during POSTs with idempotency keys",
    "each key has one experiment; the client sends again by itself",
)
def posting(arena: Arena) -> Figures:
    house = arena.house
    before = {experiment.id for experiment in house.client.experiments.list()}
    answered: list[str] = []

    def post_all() -> None:
        for number in range(POSTS):
            answered[number:] = [house.post(CURVE | {"name": f"post {number}"}).id]

    poster = threading.Thread(target=post_all)
    poster.start()
    away = 0.0
    for strike in range(1, KILLS + 1):
        until(lambda strike=strike: len(answered) >= strike * POSTS // (KILLS + 2), 120)
        time.sleep(arena.random.random() * 0.05)
        struck = kill(house.api)
        away = max(away, _until_answers(house) - struck)
    poster.join(180)
    assert len(answered) == POSTS
    posted = {experiment.id for experiment in house.client.experiments.list()} - before
    assert posted == set(answered), f"{len(posted)} experiments for {POSTS} keys"
    arena.check(house, faults=0)
    return {"posts": POSTS, "kills": KILLS, "API away at most, s": round(away, 1)}


@attack(6, "SIGKILL of the API while a client waits on its event stream", "the wait goes on")
def waiting(arena: Arena) -> Figures:
    house = arena.house
    experiment = house.post(DIGITS)
    ended: list[str] = []
    told: list[int] = []

    def wait() -> None:
        told.extend(event.seq for event in house.client.experiments.stream(experiment.id))
        waited = house.client.experiments.wait(experiment.id, progress=False)
        ended.append(waited.status)

    waiter = threading.Thread(target=wait)
    waiter.start()
    for epoch in sorted(arena.random.sample(range(1, 20), KILLS)):
        house.until_epoch(experiment.id, epoch)
        kill(house.api)
        _until_answers(house)
    waiter.join(180)
    assert ended == ["succeeded"]
    assert told == list(range(1, len(told) + 1))
    arena.check(house, faults=0)
    return {"kills": KILLS, "events": len(told)}


def _until_answers(house: House) -> float:
    """Wait for the API's return; return when it was."""

    def ready() -> bool:
        try:
            return house.client.health().status == "ok"
        except FitserveError:
            return False

    until(ready, 60)
    return time.time()
