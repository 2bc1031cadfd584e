"""How many runs of experiments stand where, and how many epochs are done."""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, case, func, select

from fitserve_core.devices import ANY
from fitserve_core.results import Experiment
from fitserve_core.store.parents import UNFINISHED
from fitserve_core.store.rows import to_experiment
from fitserve_core.store.tables import experiment, run
from fitserve_core.store.turns import needed_device


def answered(connection: Connection, rows: Sequence[RowMapping]) -> list[Experiment]:
    """Return experiments from their rows, with their runs counted."""
    tallied = tallies(connection, [row["id"] for row in rows])
    places = queue_places(connection, [row["id"] for row in rows if row["status"] == "queued"])
    return [to_experiment(row, tallied[row["id"]], places.get(row["id"])) for row in rows]


def tallies(connection: Connection, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Return runs by status, those that need a device by it, epochs done and in all."""
    found: dict[str, dict[str, Any]] = {
        id_: {"counts": Counter(), "needed": {}, "epochs_done": 0, "epochs_total": 0} for id_ in ids
    }
    for row in connection.execute(_COUNTED, {"ids": ids}).all():
        tally = found[row.experiment_id]
        tally["counts"][row.status] += row.runs
        if row.needed != ANY:
            tally["needed"][row.needed] = row.runs
        tally["epochs_done"] += row.done
        tally["epochs_total"] += row.total
    return found


def queue_places(connection: Connection, waiting: list[str]) -> dict[str, int]:
    """Return the place of each of these that wait for their first run; 1 is the next one."""
    if not waiting:
        return {}
    found = connection.execute(_PLACES, {"ids": waiting}).all()
    behind = accumulate(row.next_ones for row in found)
    return {row.id: row.newest - n for row, n in zip(found, behind, strict=True)}


def queue_length(connection: Connection) -> int:
    """Return how many experiments wait for their first run."""
    return connection.execute(_queued()).scalar_one()


def _queued() -> Select[int]:
    return select(func.count()).select_from(experiment).where(experiment.c.status == "queued")


def _counted() -> Select[Any]:
    # A run that has ended counts in full: one that diverged early leaves nothing to wait for.
    done = case((run.c.status.in_(UNFINISHED), run.c.epoch), else_=run.c.epochs_total)
    needed = case((run.c.status == "queued", needed_device()), else_=ANY).label("needed")
    return (
        select(
            run.c.experiment_id,
            run.c.status,
            needed,
            func.count().label("runs"),
            func.sum(done).label("done"),
            func.sum(run.c.epochs_total).label("total"),
        )
        .where(run.c.experiment_id.in_(bindparam("ids", expanding=True)))
        .group_by(run.c.experiment_id, run.c.status, needed)
    )


def _places() -> Select[Any]:
    """The place of the newest one, and from each to the next newer one how many there are.

    Mostly the newest ones are asked for. So all that wait are counted, which on PostgreSQL takes
    less than half as long as to compare their ids, and those newer than the page are taken off.
    """
    following = func.lead(experiment.c.id).over(order_by=experiment.c.id).label("following")
    asked = select(experiment.c.id, following)
    asked_for = asked.where(experiment.c.id.in_(bindparam("ids", expanding=True))).cte()
    there = experiment.alias()
    queued = select(func.count()).select_from(there).where(there.c.status == "queued")
    newer = queued.where(there.c.id > select(func.max(asked_for.c.id)).scalar_subquery())
    between = queued.where(there.c.id > asked_for.c.id, there.c.id <= asked_for.c.following)
    return select(
        asked_for.c.id,
        (queued.scalar_subquery() - newer.scalar_subquery()).label("newest"),
        between.scalar_subquery().label("next_ones"),
    ).order_by(asked_for.c.id.desc())


# Built once: to build one takes longer than to ask it.
_COUNTED, _PLACES = _counted(), _places()
