"""Runs as they are read: metrics of every epoch, summaries, files."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from fitserve_core.errors import ConflictError, NotFoundError
from fitserve_core.results import Artefact, EpochFigures, Metrics, RunMetrics, Summary
from fitserve_core.store.database import Database
from fitserve_core.store.files import StoredFile
from fitserve_core.store.models import files_of
from fitserve_core.store.parents import find_visible
from fitserve_core.store.rows import (
    OUTCOME,
    cells_of,
    moment,
    place_of,
    spec_of,
    to_epoch,
    to_kept,
    to_outcome,
)
from fitserve_core.store.tables import artefact, epoch, run
from fitserve_core.store.viewers import EVERYBODY, Viewer
from fitserve_core.summary import best_cell, deciding_of, summarise


class Runs:
    """Reading of an experiment's runs, by whoever asks."""

    def __init__(self, database: Database, viewer: Viewer = EVERYBODY) -> None:
        self._database = database
        self._viewer = viewer

    def metrics(self, experiment_id: str) -> Metrics:
        """Return every run with every epoch.

        Raises:
            NotFoundError: there is no such experiment.
        """
        with self._database.reading() as connection:
            find_visible(connection, experiment_id, self._viewer)
            rows = _rows(connection, experiment_id)
            epochs = _epochs(connection, experiment_id)
            files = _files(connection, experiment_id)
        runs = [_to_metrics(row, epochs[row["id"]], files[row["id"]]) for row in rows]
        return Metrics(experiment_id=experiment_id, runs=runs)

    def summary(self, experiment_id: str) -> Summary:
        """Return mean ± standard deviation of every cell as far as its runs have ended.

        Raises:
            NotFoundError: there is no such experiment.
        """
        with self._database.reading() as connection:
            parent = find_visible(connection, experiment_id, self._viewer)
            query = select(*OUTCOME).where(run.c.experiment_id == experiment_id)
            query = query.order_by(run.c.cell, run.c.repetition)
            rows = connection.execute(query).mappings().all()
        spec, outcomes = spec_of(parent), [to_outcome(row) for row in rows]
        by = deciding_of(spec.dataset_info.task, outcomes)
        cells = summarise(cells_of(rows), outcomes)
        best = best_cell(cells, by)
        return Summary(
            experiment_id=experiment_id,
            status=parent["status"],
            deciding_figure=by.figure,
            cells=cells,
            best_cell=best.cell if best else None,
            kept_model=to_kept(parent),
        )

    def file(self, experiment_id: str, run_id: str, kind: str) -> StoredFile:
        """Return the stored file of a finished run.

        Raises:
            NotFoundError: no such experiment, no such run in it, or it has no such file.
            ConflictError: the run has not succeeded (yet).
        """
        with self._database.reading() as connection:
            find_visible(connection, experiment_id, self._viewer)
            query = select(run.c.status).where(
                run.c.id == run_id, run.c.experiment_id == experiment_id
            )
            status = connection.execute(query).scalar_one_or_none()
            if status is None:
                raise NotFoundError(
                    f"experiment {experiment_id} has no run {run_id!r}",
                    param="run_id",
                    received=run_id,
                )
            if status != "succeeded":
                raise ConflictError(
                    f"run {run_id} has no {kind}: it is {status}; only a run that has succeeded "
                    "has one",
                    param="run_id",
                    received=run_id,
                )
            stored = files_of(connection, run_id).get(kind)
        if stored is None:
            raise NotFoundError(
                f"run {run_id} has no {kind}: it was trained by a version that wrote none",
                param="run_id",
                received=run_id,
            )
        return stored


def _rows(connection: Connection, experiment_id: str) -> list[RowMapping]:
    query = select(run).where(run.c.experiment_id == experiment_id)
    return list(connection.execute(query.order_by(run.c.cell, run.c.repetition)).mappings())


def _epochs(connection: Connection, experiment_id: str) -> dict[str, list[EpochFigures]]:
    query = (
        select(epoch)
        .join(run, run.c.id == epoch.c.run_id)
        .where(run.c.experiment_id == experiment_id)
        .order_by(epoch.c.run_id, epoch.c.epoch)
    )
    grouped: dict[str, list[EpochFigures]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        grouped[row["run_id"]].append(to_epoch(row))
    return grouped


def _files(connection: Connection, experiment_id: str) -> dict[str, list[Artefact]]:
    query = (
        select(artefact)
        .join(run, run.c.id == artefact.c.run_id)
        .where(run.c.experiment_id == experiment_id)
        .order_by(artefact.c.run_id, artefact.c.kind)
    )
    grouped: dict[str, list[Artefact]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        grouped[row["run_id"]].append(Artefact.model_validate({**row}))
    return grouped


def _to_metrics(
    row: RowMapping, epochs: list[EpochFigures], artefacts: list[Artefact]
) -> RunMetrics:
    same = (
        "cell",
        "config",
        "seed",
        "status",
        "attempt",
        "verdict",
        "final",
        "error",
    )
    values: dict[str, Any] = {name: row[name] for name in same}
    return RunMetrics(
        run_id=row["id"],
        started_from=row["starts_from"],
        device=row["trained_on"],
        epochs=epochs,
        artefacts=artefacts,
        started_at=moment(row["started_at"]),
        finished_at=moment(row["finished_at"]),
        **place_of(row),
        **values,
    )
