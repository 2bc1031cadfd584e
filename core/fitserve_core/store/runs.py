"""Runs as they are read: summaries, files."""

from sqlalchemy import select

from fitserve_core.errors import ConflictError, NotFoundError
from fitserve_core.results import Summary
from fitserve_core.store.database import Database
from fitserve_core.store.files import StoredFile
from fitserve_core.store.models import files_of
from fitserve_core.store.parents import find_visible
from fitserve_core.store.rows import OUTCOME, cells_of, spec_of, to_kept, to_outcome
from fitserve_core.store.tables import run
from fitserve_core.store.viewers import EVERYBODY, Viewer
from fitserve_core.summary import best_cell, deciding_of, summarise


class Runs:
    """Reading of an experiment's runs, by whoever asks."""

    def __init__(self, database: Database, viewer: Viewer = EVERYBODY) -> None:
        self._database = database
        self._viewer = viewer

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
