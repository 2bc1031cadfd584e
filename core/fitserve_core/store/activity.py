"""How busy the house is, from rows alone: the same figures whichever process is asked."""

import math
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from fitserve_core.datasets.registry import DATASETS
from fitserve_core.spec import RunPlan
from fitserve_core.spec.accepted import as_accepted
from fitserve_core.store.counters import LEASES_LOST, counted
from fitserve_core.store.database import Database
from fitserve_core.store.engine import now
from fitserve_core.store.parents import UNFINISHED
from fitserve_core.store.tables import epoch, experiment, run
from fitserve_core.store.turns import claimable


@dataclass(frozen=True)
class Activity:
    """Figures of one moment.

    `runs`: how many have each status. `queue_depth`: runs that wait for a worker and nothing else;
    `oldest_seconds`: how long ago the oldest one's experiment was posted, 0 without one.
    `leases_lost`: runs that workers left, ever. `steps_per_second`: of all runs in training, each
    by its last recorded epoch.
    """

    runs: dict[str, int]
    queue_depth: int
    oldest_seconds: float
    leases_lost: int
    steps_per_second: float


def activity(database: Database) -> Activity:
    """Return the figures of now."""
    lost = counted(database, LEASES_LOST)
    with database.reading() as connection:
        by_status = select(run.c.status, func.count()).group_by(run.c.status)
        runs = {row[0]: row[1] for row in connection.execute(by_status)}
        # Ids are in the order of posting.
        first = select(run.c.experiment_id).where(claimable()).order_by(run.c.experiment_id)
        posted = experiment.c.id == first.limit(1).scalar_subquery()
        oldest = connection.scalar(select(now() - experiment.c.created_at).where(posted))
        return Activity(
            runs=runs,
            queue_depth=runs.get("queued", 0) - _held_up(connection),
            oldest_seconds=oldest or 0.0,
            leases_lost=lost,
            steps_per_second=_steps_per_second(connection),
        )


def _held_up(connection: Connection) -> int:
    """Return how many queued runs wait for another run's weights.

    These are few; to look at each queued run for what it waits for would take longer than all else.
    """
    source = run.alias("source")
    there = select(source.c.id).where(
        source.c.id == run.c.starts_from, source.c.status.in_(UNFINISHED)
    )
    queued = func.count().filter(run.c.status == "queued")
    # Asked in this form, SQLite, too, looks through those that start from another run alone.
    query = select(queued).where(run.c.starts_from > "", there.exists())
    return connection.execute(query).scalar_one()


def _steps_per_second(connection: Connection) -> float:
    query = (
        select(run.c.plan, epoch.c.seconds)
        .join(epoch, (epoch.c.run_id == run.c.id) & (epoch.c.epoch == run.c.epoch))
        .where(run.c.status == "running", epoch.c.seconds > 0)
    )
    rates = [
        _steps(as_accepted(RunPlan, row.plan)) / row.seconds for row in connection.execute(query)
    ]
    return sum(rates, 0.0)


def _steps(plan: RunPlan) -> int:
    """Return the steps of an epoch; an iteration of L-BFGS is one."""
    if plan.batch_size is None:
        return 1
    rows = DATASETS[plan.dataset].train_rows
    rows -= rows // plan.split.folds if plan.split.folds else 0
    rows -= round(rows * plan.split.validation_share)
    return math.ceil(rows / plan.batch_size)
