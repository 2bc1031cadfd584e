"""An experiment's own row: found, locked, changed; whoever writes about its runs locks it first."""

from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from fitserve_core.errors import NotFoundError
from fitserve_core.store import events
from fitserve_core.store.tables import experiment

UNFINISHED = ("queued", "running")


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
