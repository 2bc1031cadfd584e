"""Whose turn it is: interrupted runs first, then experiments in fair order."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from fitserve_core.store.parents import UNFINISHED
from fitserve_core.store.tables import run


def next_run(connection: Connection) -> Row[Any] | None:
    """Return id and experiment of the run that is to be trained next, its lock not taken."""
    return connection.execute(_interrupted()).first() or connection.execute(_fairest()).first()


def claimable() -> ColumnElement[bool]:
    """Return the condition of runs that wait for a worker and not for another run's weights."""
    source = run.alias("source")
    there = select(source.c.id).where(
        source.c.id == run.c.starts_from, source.c.status.in_(UNFINISHED)
    )
    return and_(run.c.status == "queued", or_(run.c.starts_from.is_(None), ~there.exists()))


def _interrupted() -> Select[Any]:
    return (
        select(run.c.id, run.c.experiment_id)
        .where(run.c.status == "queued", run.c.attempt > 0)
        .order_by(run.c.experiment_id, run.c.position)
        .limit(1)
    )


def _fairest() -> Select[Any]:
    """The next run of the experiment that has the fewest in training, the oldest among equals.

    A short experiment is so never stuck behind a long one: it gets the next slot that is free.
    """
    waiting = (
        select(run.c.experiment_id, func.min(run.c.position).label("position"))
        .where(claimable())
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
