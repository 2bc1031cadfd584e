"""Whose turn it is: interrupted runs first, then experiments in fair order."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select

from fitserve_core.devices import ANY, Device, DeviceKind, taken_by
from fitserve_core.store.parents import UNFINISHED
from fitserve_core.store.tables import run


def next_run(connection: Connection, kind: DeviceKind) -> Row[Any] | None:
    """Return id and experiment of the run that a worker is to train next, its lock not taken."""
    mine = needed_device().in_(taken_by(kind))
    interrupted = connection.execute(_interrupted(mine)).first()
    return interrupted or connection.execute(_fairest(mine)).first()


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


def _interrupted(mine: ColumnElement[bool]) -> Select[Any]:
    return (
        select(run.c.id, run.c.experiment_id)
        .where(run.c.status == "queued", run.c.attempt > 0, mine)
        .order_by(run.c.experiment_id, run.c.position)
        .limit(1)
    )


def _fairest(mine: ColumnElement[bool]) -> Select[Any]:
    """The next run of the experiment that has the fewest in training, the oldest among equals.

    A short experiment is so never stuck behind a long one: it gets the next slot that is free.
    """
    waiting = (
        select(run.c.experiment_id, func.min(run.c.position).label("position"))
        .where(claimable(), mine)
        .group_by(run.c.experiment_id)
        .subquery()
    )
    training = (
        select(run.c.experiment_id, func.count().label("runs"))
        .where(run.c.status == "running")
        .group_by(run.c.experiment_id)
        .subquery()
    )
    return (
        select(run.c.id, run.c.experiment_id)
        .join(
            waiting,
            and_(
                waiting.c.experiment_id == run.c.experiment_id,
                waiting.c.position == run.c.position,
            ),
        )
        .outerjoin(training, training.c.experiment_id == run.c.experiment_id)
        .order_by(func.coalesce(training.c.runs, 0), run.c.experiment_id)
        .limit(1)
    )
