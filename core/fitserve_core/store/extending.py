"""Extending: more repetitions, or more values of what is crossed, for an experiment that ended."""

from pydantic import ValidationError
from sqlalchemy import Connection, insert, select, update

from fitserve_core import tracing
from fitserve_core.errors import ConflictError
from fitserve_core.limits import WIDEST, Limits
from fitserve_core.results import TERMINAL
from fitserve_core.spec import ExperimentSpec
from fitserve_core.spec.extension import Extension, extended
from fitserve_core.store.database import Database
from fitserve_core.store.parents import change_status, lock_own
from fitserve_core.store.planning import missing_runs
from fitserve_core.store.quotas import require_room
from fitserve_core.store.rows import spec_of
from fitserve_core.store.tables import experiment, run
from fitserve_core.store.viewers import EVERYBODY, Viewer
from fitserve_core.validation import first_problem


class Extensions:
    """Adding runs to experiments, by whoever asks."""

    def __init__(self, database: Database, viewer: Viewer = EVERYBODY) -> None:
        self._database = database
        self._viewer = viewer

    def extend(self, experiment_id: str, extension: Extension, limits: Limits = WIDEST) -> None:
        """Add the runs that an extension asks for; those that are there already stay as they are.

        Raises:
            NotFoundError: there is no such experiment.
            ForbiddenError: it is somebody else's.
            ConflictError: it has not ended.
            InvalidInputError: the extension does not fit the experiment, or the whole the limits.
            QuotaExceededError: the viewer has as much in the queue as it may.
        """
        with self._database.writing() as connection:
            row = lock_own(connection, experiment_id, self._viewer)
            if row["status"] not in TERMINAL:
                raise ConflictError(
                    f"experiment {experiment_id} is {row['status']}; it can be extended when it "
                    "has ended",
                    param="id",
                    received=experiment_id,
                )
            try:
                spec = extended(spec_of(row), extension)
            except ValidationError as error:
                raise first_problem(error, ExperimentSpec) from None
            limits.check(spec)
            _add(connection, experiment_id, spec, self._viewer)


def _add(connection: Connection, experiment_id: str, spec: ExperimentSpec, viewer: Viewer) -> None:
    present = select(run).where(run.c.experiment_id == experiment_id).order_by(run.c.position)
    rows = missing_runs(
        connection, experiment_id, spec, viewer, connection.execute(present).mappings().all()
    )
    if not rows:
        return
    require_room(connection, viewer, len(rows))
    connection.execute(insert(run), rows)
    connection.execute(
        update(experiment)
        .where(experiment.c.id == experiment_id)
        .values(spec=spec.model_dump(mode="json"), trace=tracing.carrier())
    )
    change_status(connection, experiment_id, "queued", finished_at=None, error=None)
