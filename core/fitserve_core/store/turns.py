"""Whose turn it is: interrupted runs first, then experiments in fair order."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select

from fitserve_core.devices import ANY, Device, DeviceKind, taken_by
from fitserve_core.store.parents import UNFINISHED
from fitserve_core.store.tables import run

INTERRUPTED_AT_MOST = 1_000


def next_run(connection: Connection, kind: DeviceKind) -> Row[Any] | None:
    """Return id and experiment of the run that a worker is to train next, its lock not taken."""
    mine = needed_device().in_(taken_by(kind))
    return _interrupted(connection, mine) or _fairest(connection, mine)


def needed_device() -> ColumnElement[Device]:
    """Return what a run that waits needs: `auto` where any worker will do.

    Once epochs are recorded it is the device that trained them: elsewhere sums come out in another
    order, and a resumed run would not end with the very weights of one that was never interrupted.
    """
    begun_on = case((run.c.epoch > 0, func.coalesce(run.c.trained_on, ANY)), else_=ANY)
    return case((run.c.device != ANY, run.c.device), else_=begun_on)


def claimable() -> ColumnElement[bool]:
    """Return the condition of runs that wait for a worker and not for another run's weights."""
    source = run.alias("source")
    there = select(source.c.id).where(
        source.c.id == run.c.starts_from, source.c.status.in_(UNFINISHED)
    )
    return and_(run.c.status == "queued", or_(run.c.starts_from.is_(None), ~there.exists()))


def interrupted(*columns: ColumnElement[Any]) -> Select[Any]:
    """Return the query for runs that were in training and wait again."""
    again = select(*columns).where(run.c.status == "queued", run.c.attempt > 0)
    # Few at any time. PostgreSQL expects many and would look at all runs, if it were not for the
    # index that has them in this order.
    return again.order_by(run.c.attempt.desc()).limit(INTERRUPTED_AT_MOST)


def _interrupted(connection: Connection, mine: ColumnElement[bool]) -> Row[Any] | None:
    query = interrupted(run.c.id, run.c.experiment_id, run.c.position).where(mine)
    # Sorted here, so that a database looks for them rather than for their order.
    found = connection.execute(query)
    return min(found, key=lambda row: (row.experiment_id, row.position), default=None)


def _fairest(connection: Connection, mine: ColumnElement[bool]) -> Row[Any] | None:
    """The next run of the experiment that has the fewest in training, the oldest among equals.

    A short experiment is so never stuck behind a long one: it gets the next slot that is free.
    """
    training = select(run.c.experiment_id).where(run.c.status == "running")
    first: Select[Any] = (
        select(run.c.id, run.c.experiment_id)
        .where(claimable(), mine)
        .order_by(run.c.experiment_id, run.c.position)
        .limit(1)
    )
    if found := connection.execute(first.where(run.c.experiment_id.not_in(training))).first():
        return found
    # There are no more of these than slots, however many runs wait.
    in_turn = training.group_by(run.c.experiment_id).order_by(func.count(), run.c.experiment_id)
    for experiment_id in connection.scalars(in_turn).all():
        if found := connection.execute(first.where(run.c.experiment_id == experiment_id)).first():
            return found
    return None
