"""Leases seen from outside: which runs wait, and which were left by a silent worker."""

from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from fitserve_core.errors import NotFoundError
from fitserve_core.store import events
from fitserve_core.store.database import Database
from fitserve_core.store.engine import now
from fitserve_core.store.parents import lock
from fitserve_core.store.settle import fail_followers, settle
from fitserve_core.store.tables import run
from fitserve_core.store.turns import claimable

_EXPIRED = and_(run.c.status == "running", run.c.lease_until < now())


class Leases:
    """What the reaper asks and does."""

    def __init__(self, database: Database, max_lost_attempts: int) -> None:
        self._database = database
        self._max_lost_attempts = max_lost_attempts

    def waiting(self) -> int:
        """Return how many runs wait for a worker, and for nothing else."""
        query = select(func.count()).select_from(run).where(claimable())
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one()

    def expire(self) -> int:
        """Give runs whose lease has run out to others, or fail them after too many losses.

        Returns:
            How many leases had run out.
        """
        query = select(run.c.id, run.c.experiment_id, run.c.lost_attempts).where(_EXPIRED)
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        for row in found:
            # An experiment may have been cancelled and deleted since it was read.
            with suppress(NotFoundError), self._database.writing() as connection:
                lock(connection, row.experiment_id)
                self._lose(connection, row.id, row.experiment_id, row.lost_attempts + 1)
        return len(found)

    def _lose(self, connection: Connection, run_id: str, experiment_id: str, losses: int) -> None:
        # The lease is looked at again under the lock: its worker may have come back meanwhile.
        still_expired = and_(run.c.id == run_id, _EXPIRED)
        if losses < self._max_lost_attempts:
            reason = f"its worker went silent ({losses} of {self._max_lost_attempts} losses)"
            requeue(connection, run_id, experiment_id, still_expired, reason, lost_attempts=losses)
            return
        error = (
            f"{losses} workers went silent while they trained this run (killed for memory, say); "
            "it is not tried again"
        )
        failed = (
            update(run)
            .where(still_expired)
            .values(
                status="failed",
                error=error,
                lost_attempts=losses,
                lease_until=None,
                finished_at=now(),
            )
        )
        if connection.execute(failed).rowcount:
            data = {"run_id": run_id, "error": error}
            events.append(connection, experiment_id, "run.failed", data)
            fail_followers(connection, experiment_id, run_id)
            settle(connection, experiment_id)


def requeue(
    connection: Connection,
    run_id: str,
    experiment_id: str,
    where: ColumnElement[bool],
    reason: str,
    **values: Any,
) -> None:
    """Let another worker go on with a run, if `where` holds for it."""
    changed = (
        update(run).where(where).values(status="queued", lease_until=None, worker=None, **values)
    )
    if connection.execute(changed).rowcount:
        data = {"run_id": run_id, "reason": reason}
        events.append(connection, experiment_id, "run.requeued", data)
