"""Attack 3: the broker killed, idle and busy, and away for a minute."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from chaos.arena import Arena, Figures, attack
from chaos.house import House
from chaos.twins import CURVE, DIGITS
from support.brokers import OwnBroker
from support.waiting import until

AWAY_SECONDS = 60.0


@attack(
    3,
    "SIGTERM, SIGKILL, SIGKILL with the socket deleted, of an idle and of a busy broker",
    "training in progress goes on undisturbed, what is posted is trained",
)
def broker_killed(arena: Arena) -> Figures:
    house, strikes = arena.house, 0
    for number, deleted in (
        (signal.SIGTERM, False),
        (signal.SIGKILL, False),
        (signal.SIGKILL, True),
    ):
        for busy in (False, True):
            training = house.post(DIGITS) if busy else None
            if training is not None:
                house.until_epoch(training.id, arena.random.randint(1, 5))
            broker = house.broker
            if deleted:
                (house.data / "runtime" / "broker.sock").unlink()
            os.kill(broker, number)
            strikes += 1
            house.post(CURVE)
            arena.check(house, faults=0)
    return {"brokers killed": strikes}


@attack(
    3,
    "the broker away for 60 s while experiments are posted",
    "each is answered 201, all are trained later; training in progress goes on",
)
def broker_away(arena: Arena) -> Figures:
    with _own_broker() as broker, arena.opened({"REDIS_URL": broker.url}) as house:
        training = house.post(DIGITS)
        house.until_epoch(training.id, 1)
        broker.stop()
        left, slowest, posted = time.time(), 0.0, 0
        while time.time() - left < AWAY_SECONDS:
            began = time.time()
            house.post(CURVE)
            slowest, posted = max(slowest, time.time() - began), posted + 1
            time.sleep(arena.random.uniform(3, 9))
        assert house.until_ended(training.id).status == "succeeded"
        assert slowest < 2, f"a post took {slowest} s"
        broker.start()
        back = time.time()
        went_on = _first_run(house) - back
        arena.check(house, faults=0)
        return {
            "posted meanwhile": posted,
            "slowest post, s": round(slowest, 2),
            "trained after its return, s": round(went_on, 1),
        }


@contextmanager
def _own_broker() -> Iterator[OwnBroker]:
    broker = OwnBroker()
    broker.start()
    try:
        yield broker
    finally:
        broker.remove()


def _first_run(house: House) -> float:
    until(lambda: any(house.run(id_).attempt for id_ in house.posted[1:]), 120)
    return time.time()
