"""Kept models: found by a model's name, an experiment's id or a run's id."""

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select

from fitserve_core.datasets.registry import DATASETS
from fitserve_core.errors import ConflictError, NotFoundError
from fitserve_core.results import TERMINAL
from fitserve_core.spec import RunPlan
from fitserve_core.store.database import Database
from fitserve_core.store.files import StoredFile
from fitserve_core.store.tables import artefact, experiment, run


@dataclass(frozen=True)
class ServedModel:
    """A run whose model can answer, and its files by kind.

    `figure`, `value`: the figure that chose it, None for a run asked for by its own id.
    """

    run_id: str
    experiment_id: str
    dataset: str
    figure: str | None
    value: float | None
    created_at: float
    files: dict[str, StoredFile]


class Models:
    """Finding of models: the one rule of what a model's name means."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def names(self) -> list[str]:
        """Return the names under which a model is kept: data sets with at least one."""
        query = select(experiment.c.dataset).where(experiment.c.kept_rank.is_not(None)).distinct()
        with self._database.reading() as connection:
            return sorted(connection.execute(query).scalars())

    def resolve(self, name: str) -> ServedModel:
        """Return the model that a data set's name, an experiment's id or a run's id stands for.

        A data set's name stands for its best kept model; an experiment's id for its kept one.

        Raises:
            NotFoundError: nothing has this name.
            ConflictError: it exists, but has no model (yet); the message tells what to wait for.
        """
        with self._database.reading() as connection:
            return resolve(connection, name)


def resolve(connection: Connection, name: str) -> ServedModel:
    """Return what `Models.resolve` does, in the caller's transaction."""
    if name in DATASETS:
        return _served(connection, _best_of(connection, name))
    if name.startswith("run_"):
        return _served_run(connection, name)
    return _served(connection, _kept_by(connection, name))


def plan_of(connection: Connection, run_id: str) -> RunPlan:
    """Return the plan of a run that is there."""
    query = select(run.c.plan).where(run.c.id == run_id)
    return RunPlan.model_validate(connection.execute(query).scalar_one())


def weights_of(connection: Connection, run_id: str) -> StoredFile | None:
    """Return a run's stored weights, or None where there are none any more."""
    return files_of(connection, run_id).get("weights")


def _best_of(connection: Connection, dataset: str) -> RowMapping:
    query = (
        select(experiment)
        .where(experiment.c.dataset == dataset, experiment.c.kept_rank.is_not(None))
        # A validation figure says more than a training figure, and the two cannot be compared.
        .order_by(
            experiment.c.kept_figure.like("val%").desc(),
            experiment.c.kept_rank.desc(),
            experiment.c.id,
        )
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise ConflictError(
            f"no model of {dataset!r} is kept yet; post an experiment on it and wait until it "
            "has succeeded",
            param="model",
            received=dataset,
        )
    return row


def _kept_by(connection: Connection, experiment_id: str) -> RowMapping:
    query = select(experiment).where(experiment.c.id == experiment_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError(
            f"no model {experiment_id!r}; give a data set ({', '.join(DATASETS)}), an "
            "experiment's id or a run's id",
            param="model",
            received=experiment_id,
        )
    if row["kept_run_id"] is None:
        reason = _why_none(connection, row)
        raise ConflictError(
            f"experiment {experiment_id} has no model: {reason}",
            param="model",
            received=experiment_id,
        )
    return row


def _why_none(connection: Connection, parent: RowMapping) -> str:
    if parent["status"] not in TERMINAL:
        return f"it is {parent['status']}; wait until its status is succeeded"
    if parent["status"] != "succeeded":
        return f"it has {parent['status']}" if parent["status"] == "failed" else "it was cancelled"
    query = select(run).where(run.c.experiment_id == parent["id"]).order_by(run.c.position)
    told = [
        row["verdict"]["reason"] if row["verdict"] else row["error"]
        for row in connection.execute(query).mappings()
    ]
    return f"none of its {len(told)} runs trained ({'; '.join(dict.fromkeys(told))})"


def _served(connection: Connection, parent: RowMapping) -> ServedModel:
    return ServedModel(
        run_id=parent["kept_run_id"],
        experiment_id=parent["id"],
        dataset=parent["dataset"],
        figure=parent["kept_figure"],
        value=parent["kept_value"],
        created_at=parent["finished_at"],
        files=files_of(connection, parent["kept_run_id"]),
    )


def _served_run(connection: Connection, run_id: str) -> ServedModel:
    query = (
        select(run.c.status, run.c.finished_at, experiment.c.id, experiment.c.dataset)
        .join(experiment, experiment.c.id == run.c.experiment_id)
        .where(run.c.id == run_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(f"no run {run_id!r}", param="model", received=run_id)
    if row.status != "succeeded":
        raise ConflictError(
            f"run {run_id} has no model: it is {row.status}; only a run that has succeeded has one",
            param="model",
            received=run_id,
        )
    return ServedModel(
        run_id=run_id,
        experiment_id=row.id,
        dataset=row.dataset,
        figure=None,
        value=None,
        created_at=row.finished_at,
        files=files_of(connection, run_id),
    )


def files_of(connection: Connection, run_id: str) -> dict[str, StoredFile]:
    """Return a run's stored files by their kind."""
    query = select(artefact).where(artefact.c.run_id == run_id)
    return {
        row.kind: StoredFile(row.kind, row.path, row.sha256, row.bytes)
        for row in connection.execute(query)
    }
