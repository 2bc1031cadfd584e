"""An experiment's own row: found, locked, changed; whoever writes about its runs locks it first."""

from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from fitserve_core.errors import ForbiddenError, NotFoundError
from fitserve_core.store import events
from fitserve_core.store.tables import experiment
from fitserve_core.store.viewers import Viewer, sees

UNFINISHED = ("queued", "running")


def find(connection: Connection, experiment_id: str) -> RowMapping:
    """Return an experiment's row.

    Raises:
        NotFoundError: there is none with this id.
    """
    query = select(experiment).where(experiment.c.id == experiment_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise _missing(experiment_id)
    return row


def lock(connection: Connection, experiment_id: str) -> RowMapping:
    """Lock an experiment's row and return it.

    Every transaction that writes about an experiment or its runs takes this lock first, so that
    two of them never wait for each other in a circle.
    """
    query = select(experiment.c.id).where(experiment.c.id == experiment_id).with_for_update()
    connection.execute(query)
    return find(connection, experiment_id)


def find_visible(connection: Connection, experiment_id: str, viewer: Viewer) -> RowMapping:
    """Return an experiment's row.

    Raises:
        NotFoundError: there is none with this id, as far as `viewer` sees.
    """
    row = find(connection, experiment_id)
    if not sees(viewer, row["owner"], shared=row["shared"]):
        raise _missing(experiment_id)
    return row


def lock_own(connection: Connection, experiment_id: str, viewer: Viewer) -> RowMapping:
    """Lock the row of an experiment that `viewer` may change, and return it.

    Raises:
        NotFoundError: there is none with this id, as far as `viewer` sees.
        ForbiddenError: it is somebody else's.
    """
    row = lock(connection, experiment_id)
    if not sees(viewer, row["owner"], shared=row["shared"]):
        raise _missing(experiment_id)
    if not viewer.everything and row["owner"] != viewer.name:
        owner = "nobody" if row["owner"] is None else row["owner"]
        raise ForbiddenError(
            f"experiment {experiment_id} belongs to {owner}; {viewer.name} may read it, and clone "
            "it to have one to change",
            param="id",
            received=experiment_id,
        )
    return row


def change_status(connection: Connection, experiment_id: str, status: str, **values: Any) -> None:
    """Set an experiment's status and write the event of it."""
    connection.execute(
        update(experiment).where(experiment.c.id == experiment_id).values(status=status, **values)
    )
    events.append(connection, experiment_id, f"experiment.{status}", {"status": status})


def _missing(experiment_id: str) -> NotFoundError:
    return NotFoundError(f"no experiment {experiment_id!r}", param="id", received=experiment_id)
