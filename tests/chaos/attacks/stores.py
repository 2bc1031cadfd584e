"""Attack 7: the store restarted, away, its connections killed, its lock held."""

import signal
import sqlite3
import time
from collections.abc import Callable

from chaos.arena import Arena, Figures, Skipped, attack
from chaos.house import House
from chaos.twins import DIGITS
from support.postgresql import MissingServerError, OwnPostgresql

AWAY_SECONDS = 30.0
LOCKED_SECONDS = 5.0
ROUNDS = 5


@attack(
    7,
    "PostgreSQL: immediate restart, 30 s away, back-ends killed",
    "no training fails, no attempt is lost, nothing acknowledged is missing",
)
def postgresql(arena: Arena) -> Figures:
    try:
        server = OwnPostgresql()
    except MissingServerError as error:
        raise Skipped(str(error)) from None
    try:
        server.start()
        with arena.opened({"DATABASE_URL": server.url}) as house:
            _disturbed(arena, house, lambda: _restart(server))
            _disturbed(arena, house, lambda: _restart(server, AWAY_SECONDS))
            killed = _disturbed(arena, house, lambda: _kill_backends(arena, server))
        return {"away, s": AWAY_SECONDS, "back-ends killed": killed}
    finally:
        server.remove()


def _disturbed(arena: Arena, house: House, disturb: Callable[[], int]) -> int:
    experiment = house.post(DIGITS)
    recorded = house.until_epoch(experiment.id, arena.random.randint(1, 5)).epochs
    done = disturb()
    kept = house.run(experiment.id).epochs[: len(recorded)]
    assert kept == recorded, "acknowledged figures are gone"
    arena.check(house, faults=0)
    return done


def _restart(server: OwnPostgresql, away: float = 0.0) -> int:
    server.stop(signal.SIGQUIT)
    time.sleep(away)
    server.start()
    return 1


def _kill_backends(arena: Arena, server: OwnPostgresql) -> int:
    killed = 0
    for _ in range(ROUNDS):
        killed += server.kill_backends()
        time.sleep(arena.random.uniform(0.1, 0.6))
    return killed


@attack(7, "SQLite: the write lock held for 5 s", "no training fails, no attempt is lost")
def sqlite_locked(arena: Arena) -> Figures:
    house = arena.house
    experiment = house.post(DIGITS)
    house.until_epoch(experiment.id, arena.random.randint(1, 8))
    locking = sqlite3.connect(house.data / "fitserve.sqlite3", timeout=30, isolation_level=None)
    locking.execute("BEGIN IMMEDIATE")
    recorded = len(house.run(experiment.id).epochs)
    time.sleep(LOCKED_SECONDS)
    assert house.client.health().status == "ok"
    assert len(house.run(experiment.id).epochs) == recorded
    locking.execute("ROLLBACK")
    locking.close()
    arena.check(house, faults=0)
    return {"locked, s": LOCKED_SECONDS}
