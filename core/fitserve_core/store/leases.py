"""Leases seen from outside: which runs wait, and which were left by a silent worker."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    select,
    update,
)

from fitserve_core.devices import Device
from fitserve_core.errors import NotFoundError
from fitserve_core.store import events
from fitserve_core.store.counters import LEASES_LOST, count
from fitserve_core.store.database import Database
from fitserve_core.store.engine import now
from fitserve_core.store.parents import lock
from fitserve_core.store.settle import fail_followers, settle
from fitserve_core.store.tables import run
from fitserve_core.store.turns import claimable, interrupted, needed_device

# The dispatcher sends no more hints at once, and looks again before workers have used them up.
COUNTED_AT_MOST = 1_000

_EXPIRED = and_(run.c.status == "running", run.c.lease_until < now())


class Leases:
    """What the reaper asks and does."""

    def __init__(self, database: Database, max_lost_attempts: int) -> None:
        self._database = database
        self._max_lost_attempts = max_lost_attempts

    def waiting(self) -> Counter[Device]:
        """Return how many runs wait for a worker, and for nothing else, by what they need.

        Of those that have not begun it counts no more than `COUNTED_AT_MOST` of a kind.
        """
        with self._database.reading() as connection:
            found = Counter({row.needed: row.runs for row in connection.execute(_BEGUN)})
            for device in get_args(Device):
                found[device] += connection.execute(_FRESH, {"device": device}).scalar_one()
        return +found

    def expire(self) -> int:
        """Give runs whose lease has run out to others, or fail them after too many losses.

        Returns:
            How many leases had run out.
        """
        found = self._found(_leased().where(_EXPIRED))
        for row in found:
            self._lose(row, _EXPIRED, "went silent")
        return len(found)

    def release(self, ended: Callable[[str], bool]) -> int:
        """Give away the runs whose worker is known to have ended, before their leases run out.

        Args:
            ended: tells whether the process that the store calls so has ended.

        Returns:
            How many there were.
        """
        running = run.c.status == "running"
        found = [row for row in self._found(_leased().where(running)) if ended(row.worker)]
        for row in found:
            self._lose(row, and_(running, run.c.attempt == row.attempt), "ended abruptly")
        return len(found)

    def _found(self, query: Select[Any]) -> list[Row[Any]]:
        with self._database.reading() as connection:
            return list(connection.execute(query))

    def _lose(self, row: Row[Any], where: ColumnElement[bool], how: str) -> None:
        # An experiment may have been cancelled and deleted since it was read.
        with suppress(NotFoundError), self._database.writing() as connection:
            lock(connection, row.experiment_id)
            # Looked at again under the lock: its worker may have come back meanwhile.
            still = and_(run.c.id == row.id, where)
            losses = row.lost_attempts + 1
            if losses < self._max_lost_attempts:
                reason = f"its worker {how} ({losses} of {self._max_lost_attempts} losses)"
                lost = requeue(
                    connection, row.id, row.experiment_id, still, reason, lost_attempts=losses
                )
            else:
                lost = self._fail(connection, row, still, losses)
            if lost:
                count(connection, LEASES_LOST)

    def _fail(
        self, connection: Connection, row: Row[Any], where: ColumnElement[bool], losses: int
    ) -> bool:
        error = (
            f"{losses} workers went silent while they trained this run (killed for memory, say); "
            "it is not tried again"
        )
        failed = (
            update(run)
            .where(where)
            .values(
                status="failed",
                error=error,
                lost_attempts=losses,
                lease_until=None,
                finished_at=now(),
            )
        )
        if connection.execute(failed).rowcount == 0:
            return False
        data = {"run_id": row.id, "error": error}
        events.append(connection, row.experiment_id, "run.failed", data)
        fail_followers(connection, row.experiment_id, row.id)
        settle(connection, row.experiment_id)
        return True


def _begun() -> Select[Device, int]:
    """Those that wait again."""
    some = interrupted(needed_device().label("needed")).subquery()
    return select(some.c.needed, func.count().label("runs")).group_by(some.c.needed)


def _fresh() -> Select[int]:
    """The first of those without an attempt that ask for a device."""
    some = (
        select(run.c.id)
        .where(run.c.device == bindparam("device"), run.c.attempt == 0, claimable())
        .order_by(run.c.experiment_id, run.c.position)
        .limit(COUNTED_AT_MOST)
    )
    return select(func.count()).select_from(some.subquery())


_BEGUN, _FRESH = _begun(), _fresh()


def _leased() -> Select[Any]:
    return select(run.c.id, run.c.experiment_id, run.c.attempt, run.c.lost_attempts, run.c.worker)


def requeue(
    connection: Connection,
    run_id: str,
    experiment_id: str,
    where: ColumnElement[bool],
    reason: str,
    **values: Any,
) -> bool:
    """Let another worker go on with a run, if `where` holds for it; tell whether it did."""
    changed = (
        update(run).where(where).values(status="queued", lease_until=None, worker=None, **values)
    )
    if connection.execute(changed).rowcount == 0:
        return False
    data = {"run_id": run_id, "reason": reason}
    events.append(connection, experiment_id, "run.requeued", data)
    return True
