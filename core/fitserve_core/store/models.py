"""Kept models: found by a model's name, an experiment's id or a run's id."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select

from fitserve_core.datasets.registry import DATASETS, DatasetInfo
from fitserve_core.errors import ConflictError, NotFoundError
from fitserve_core.results import TERMINAL
from fitserve_core.spec import RunPlan, Target
from fitserve_core.spec.accepted import as_accepted
from fitserve_core.spec.target import is_model_name, with_target
from fitserve_core.store import versions
from fitserve_core.store.database import Database
from fitserve_core.store.files import StoredFile
from fitserve_core.store.tables import artefact, experiment, run
from fitserve_core.store.viewers import EVERYBODY, Viewer, visible
from fitserve_core.summary import DECIDING_FIGURES

MAX_LISTED = 20
_KEPT = experiment.c.kept_rank.is_not(None)


@dataclass(frozen=True)
class ServedModel:
    """A run whose model can answer, and its files by kind.

    `target`: what it was trained to tell, None for the data set's whole task.
    `figure`, `value`: the figure that chose it, None for a run asked for by its own id.
    `version`: its number under its model's name, None for a run that was not kept.
    """

    run_id: str
    experiment_id: str
    dataset: str
    target: Target | None
    figure: str | None
    value: float | None
    created_at: float
    version: int | None
    files: dict[str, StoredFile]

    @property
    def info(self) -> DatasetInfo:
        """The data set as this model sees it."""
        return with_target(DATASETS[self.dataset], self.target)


class Models:
    """Finding of models, by whoever asks: the one rule of what a model's name means."""

    def __init__(self, database: Database, viewer: Viewer = EVERYBODY) -> None:
        self._database = database
        self._viewer = viewer

    def names(self) -> list[str]:
        """Return the names under which a model is kept."""
        with self._database.reading() as connection:
            return kept_names(connection, self._viewer)

    def kept(self) -> dict[str, ServedModel]:
        """Return what each name stands for under which a model is kept, as of one moment."""
        with self._database.reading() as connection:
            names = kept_names(connection, self._viewer)
            return {name: resolve(connection, name, self._viewer) for name in names}

    def resolve(self, name: str) -> ServedModel:
        """Return the model that a model's name, an experiment's id or a run's id stands for.

        A model's name (a data set, and the target if any) stands for the version labelled
        `stable`, or else for the best one that is kept under it; `name@2` for a version,
        `name@latest` for what a label points at; an experiment's id for its kept one. Models that
        the viewer does not see are passed over.

        Raises:
            NotFoundError: nothing has this name.
            ConflictError: it exists, but has no model (yet); the message tells what to wait for.
        """
        with self._database.reading() as connection:
            return resolve(connection, name, self._viewer)

    def cell_mates(self, run_id: str, limit: int) -> list[str]:
        """Return the runs of a run's cell that can answer, itself first, then by repetition.

        Those are the ones that have succeeded and not diverged; at most `limit`.
        """
        mine = select(run.c.experiment_id, run.c.cell).where(run.c.id == run_id).subquery()
        query = (
            select(run.c.id)
            .join(mine, (run.c.experiment_id == mine.c.experiment_id) & (run.c.cell == mine.c.cell))
            .where(run.c.status == "succeeded", run.c.verdict["name"].as_string() != "diverged")
            .order_by(run.c.id != run_id, run.c.position)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())


def resolve(connection: Connection, name: str, viewer: Viewer) -> ServedModel:
    """Return what `Models.resolve` does, in the caller's transaction."""
    base, separator, tag = name.partition("@")
    if is_model_name(base):
        if not separator:
            stable = versions.labelled(connection, base, versions.STABLE, viewer)
            if stable is None:
                return _served(connection, best_of(connection, base, viewer))
            tag = str(stable)
        return _served_version(connection, versions.find(connection, base, tag, viewer))
    if name.startswith("run_"):
        return _served_run(connection, name, viewer)
    return _served(connection, _kept_by(connection, name, viewer))


def plan_of(connection: Connection, run_id: str) -> RunPlan:
    """Return the plan of a run that is there."""
    query = select(run.c.plan).where(run.c.id == run_id)
    return as_accepted(RunPlan, connection.execute(query).scalar_one())


def weights_of(connection: Connection, run_id: str) -> StoredFile | None:
    """Return a run's stored weights, or None where there are none any more."""
    return files_of(connection, run_id).get("weights")


def kept_names(connection: Connection, viewer: Viewer) -> list[str]:
    """Return the names under which a model is kept that `viewer` sees, in their order."""
    kept = select(experiment.c.model_name).where(_KEPT, visible(viewer))
    # From one name to the next: there are few of them among many experiments.
    following = kept.where(experiment.c.model_name > bindparam("last"))
    following = following.order_by(experiment.c.model_name).limit(1)
    names, last = list[str](), ""
    while (found := connection.execute(following, {"last": last}).scalar()) is not None:
        names.append(last := found)
    return names


def best_of(connection: Connection, name: str, viewer: Viewer) -> RowMapping:
    """Return the experiment whose kept model is the best one of a name that `viewer` sees.

    Raises:
        ConflictError: none is kept under it yet.
    """
    kept = select(experiment).where(experiment.c.model_name == name, _KEPT, visible(viewer))
    best = kept.order_by(experiment.c.kept_rank.desc(), experiment.c.id).limit(1)
    # A validation figure says more than a training figure, and the two cannot be compared.
    for figure in DECIDING_FIGURES:
        found = connection.execute(best.where(experiment.c.kept_figure == figure)).mappings()
        if (row := found.one_or_none()) is not None:
            return row
    raise ConflictError(
        f"no model {name!r} is kept yet; post an experiment on it and wait until it has succeeded",
        param="model",
        received=name,
    )


def _kept_by(connection: Connection, experiment_id: str, viewer: Viewer) -> RowMapping:
    query = select(experiment).where(experiment.c.id == experiment_id, visible(viewer))
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError(
            f"no model {experiment_id!r}; give a model's name "
            f"({_known_names(connection, viewer)}), an experiment's id or a run's id",
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


def _known_names(connection: Connection, viewer: Viewer) -> str:
    known = list(dict.fromkeys([*DATASETS, *kept_names(connection, viewer)]))
    more = [f"{len(known) - MAX_LISTED} more"] if len(known) > MAX_LISTED else []
    return ", ".join([*known[:MAX_LISTED], *more])


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
        target=_target(parent["spec"]),
        figure=parent["kept_figure"],
        value=parent["kept_value"],
        created_at=parent["finished_at"],
        version=versions.number_of(connection, parent["kept_run_id"]),
        files=files_of(connection, parent["kept_run_id"]),
    )


def _served_version(connection: Connection, version: RowMapping) -> ServedModel:
    query = select(experiment).where(experiment.c.id == version["experiment_id"])
    parent = connection.execute(query).mappings().one()
    return ServedModel(
        run_id=version["run_id"],
        experiment_id=parent["id"],
        dataset=parent["dataset"],
        target=_target(parent["spec"]),
        figure=version["figure"],
        value=version["value"],
        created_at=version["created_at"],
        version=version["version"],
        files=files_of(connection, version["run_id"]),
    )


def _served_run(connection: Connection, run_id: str, viewer: Viewer) -> ServedModel:
    query = (
        select(
            run.c.status,
            run.c.finished_at,
            experiment.c.id,
            experiment.c.dataset,
            experiment.c.spec,
        )
        .join(experiment, experiment.c.id == run.c.experiment_id)
        .where(run.c.id == run_id, visible(viewer))
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
        target=_target(row.spec),
        figure=None,
        value=None,
        created_at=row.finished_at,
        version=versions.number_of(connection, run_id),
        files=files_of(connection, run_id),
    )


def _target(spec: Mapping[str, Any]) -> Target | None:
    # Specs of before targets were have none.
    given = spec.get("target")
    return None if given is None else as_accepted(Target, given)


def files_of(connection: Connection, run_id: str) -> dict[str, StoredFile]:
    """Return a run's stored files by their kind."""
    query = select(artefact).where(artefact.c.run_id == run_id)
    return {
        row.kind: StoredFile(row.kind, row.path, row.sha256, row.bytes)
        for row in connection.execute(query)
    }
