"""Runs whose workers are known to be gone."""

from sqlalchemy import select

from fitserve_core.store.database import Database
from fitserve_core.store.leases import requeue
from fitserve_core.store.parents import lock
from fitserve_core.store.tables import run


def hand_back_running(database: Database, reason: str) -> int:
    """Let other workers go on with every run in training; none counts as a lost attempt.

    Returns:
        How many there were.
    """
    with database.writing() as connection:
        query = select(run.c.id, run.c.experiment_id).where(run.c.status == "running")
        found = connection.execute(query.order_by(run.c.experiment_id)).all()
        for row in found:
            lock(connection, row.experiment_id)
            where = (run.c.id == row.id) & (run.c.status == "running")
            requeue(connection, row.id, row.experiment_id, where, reason)
    return len(found)
