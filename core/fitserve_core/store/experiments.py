"""Experiments: posted whole or not at all, read with their runs tallied, cancelled, deleted."""

from typing import Any

from sqlalchemy import Connection, RowMapping, Select, case, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from fitserve_core.errors import ConflictError, NotFoundError
from fitserve_core.results import TERMINAL, Experiment
from fitserve_core.seeds import run_seed
from fitserve_core.spec import ExperimentSpec
from fitserve_core.store import events
from fitserve_core.store.database import Database
from fitserve_core.store.engine import now
from fitserve_core.store.rows import new_id, to_experiment
from fitserve_core.store.tables import experiment, run

UNFINISHED = ("queued", "running")


class Experiments:
    """What can be done with experiments."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, spec: ExperimentSpec, key: str | None = None) -> Experiment:
        """Insert an experiment and all its runs; with a key seen before, return the earlier one.

        Raises:
            ConflictError: the key was used with another spec.
        """
        if key is not None and (earlier := self._by_key(key, spec)):
            return earlier
        try:
            with self._database.writing() as connection:
                experiment_id = _insert(connection, spec, key)
        except IntegrityError:
            # Somebody else posted the same key between our look and our insert.
            if key is not None and (earlier := self._by_key(key, spec)):
                return earlier
            raise
        return self.get(experiment_id)

    def get(self, experiment_id: str) -> Experiment:
        """Return one experiment.

        Raises:
            NotFoundError: there is none with this id.
        """
        with self._database.reading() as connection:
            row = find(connection, experiment_id)
            tally = _tallies(connection, [experiment_id])[experiment_id]
        return to_experiment(row, tally)

    def exists(self, experiment_id: str) -> bool:
        """Tell whether there is an experiment with this id."""
        query = select(experiment.c.id).where(experiment.c.id == experiment_id)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def page(
        self,
        *,
        limit: int,
        after: str | None = None,
        status: str | None = None,
        dataset: str | None = None,
    ) -> tuple[list[Experiment], bool]:
        """Return at most `limit` experiments, newest first, and whether there are more."""
        query = select(experiment).order_by(experiment.c.id.desc()).limit(limit + 1)
        if after is not None:
            query = query.where(experiment.c.id < after)
        if status is not None:
            query = query.where(experiment.c.status == status)
        if dataset is not None:
            query = query.where(experiment.c.dataset == dataset)
        found = self._read(query)
        return found[:limit], len(found) > limit

    def cancel(self, experiment_id: str) -> Experiment:
        """End an experiment now; whoever trains one of its runs can write no more.

        Raises:
            NotFoundError: there is none with this id.
        """
        with self._database.writing() as connection:
            if lock(connection, experiment_id)["status"] in UNFINISHED:
                connection.execute(
                    update(run)
                    .where(run.c.experiment_id == experiment_id, run.c.status.in_(UNFINISHED))
                    .values(status="cancelled", finished_at=now(), lease_until=None)
                )
                change_status(connection, experiment_id, "cancelled", finished_at=now())
        return self.get(experiment_id)

    def delete(self, experiment_id: str) -> None:
        """Remove an experiment's rows.

        Raises:
            NotFoundError: there is none with this id.
            ConflictError: it has not ended.
        """
        with self._database.writing() as connection:
            status = lock(connection, experiment_id)["status"]
            if status not in TERMINAL:
                raise ConflictError(
                    f"experiment {experiment_id} is {status}; cancel it or wait for its end",
                    param="id",
                    received=experiment_id,
                )
            connection.execute(delete(experiment).where(experiment.c.id == experiment_id))

    def _by_key(self, key: str, spec: ExperimentSpec) -> Experiment | None:
        found = self._read(select(experiment).where(experiment.c.idempotency_key == key))
        if found and found[0].spec != spec:
            raise ConflictError(
                f"Idempotency-Key {key!r} was used for experiment {found[0].id} with another "
                "body; use a new key for a new experiment",
                param="Idempotency-Key",
                received=key,
            )
        return found[0] if found else None

    def _read(self, query: Select[Any]) -> list[Experiment]:
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
            tallies = _tallies(connection, [row["id"] for row in rows])
        return [to_experiment(row, tallies[row["id"]]) for row in rows]


def find(connection: Connection, experiment_id: str) -> RowMapping:
    """Return an experiment's row.

    Raises:
        NotFoundError: there is none with this id.
    """
    query = select(experiment).where(experiment.c.id == experiment_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"no experiment {experiment_id!r}", param="id", received=experiment_id)
    return row


def lock(connection: Connection, experiment_id: str) -> RowMapping:
    """Lock an experiment's row and return it.

    Every transaction that writes about an experiment or its runs takes this lock first, so that
    two of them never wait for each other in a circle.
    """
    query = select(experiment.c.id).where(experiment.c.id == experiment_id).with_for_update()
    connection.execute(query)
    return find(connection, experiment_id)


def change_status(connection: Connection, experiment_id: str, status: str, **values: Any) -> None:
    """Set an experiment's status and write the event of it."""
    connection.execute(
        update(experiment).where(experiment.c.id == experiment_id).values(status=status, **values)
    )
    events.append(connection, experiment_id, f"experiment.{status}", {"status": status})


def _insert(connection: Connection, spec: ExperimentSpec, key: str | None) -> str:
    experiment_id = new_id("exp")
    connection.execute(
        insert(experiment).values(
            id=experiment_id,
            name=spec.name,
            dataset=spec.dataset,
            model_name=spec.model_name,
            status="queued",
            spec=spec.model_dump(mode="json"),
            idempotency_key=key,
            created_at=now(),
        )
    )
    connection.execute(insert(run), list(_runs(experiment_id, spec)))
    change_status(connection, experiment_id, "queued")
    return experiment_id


def _runs(experiment_id: str, spec: ExperimentSpec) -> list[dict[str, Any]]:
    # By repetition, then by cell: every cell shows a first figure early.
    return [
        {
            "id": new_id("run"),
            "experiment_id": experiment_id,
            "cell": cell.index,
            "repetition": repetition,
            "position": position,
            "config": cell.config,
            "seed": run_seed(spec.seed, cell.index, repetition),
            "status": "queued",
            "epochs_total": spec.training.epochs,
        }
        for position, (repetition, cell) in enumerate(
            (repetition, cell) for repetition in range(spec.repetitions) for cell in spec.cells()
        )
    ]


def _tallies(connection: Connection, ids: list[str]) -> dict[str, dict[str, Any]]:
    # A run that has ended counts in full: one that diverged early leaves nothing to wait for.
    done = case((run.c.status.in_(UNFINISHED), run.c.epoch), else_=run.c.epochs_total)
    query = (
        select(
            run.c.experiment_id,
            run.c.status,
            func.count().label("runs"),
            func.sum(done).label("done"),
            func.sum(run.c.epochs_total).label("total"),
        )
        .where(run.c.experiment_id.in_(ids))
        .group_by(run.c.experiment_id, run.c.status)
    )
    tallies: dict[str, dict[str, Any]] = {
        id_: {"counts": {}, "epochs_done": 0, "epochs_total": 0} for id_ in ids
    }
    for row in connection.execute(query):
        tally = tallies[row.experiment_id]
        tally["counts"][row.status] = row.runs
        tally["epochs_done"] += row.done
        tally["epochs_total"] += row.total
    return tallies
