"""Events: rows written in the transaction of what they report, numbered as they commit."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    RowMapping,
    Select,
    insert,
    literal,
    select,
    update,
)

from fitserve_core.results import Event
from fitserve_core.store.database import Database
from fitserve_core.store.engine import now
from fitserve_core.store.rows import moment
from fitserve_core.store.tables import event, event_clock, experiment
from fitserve_core.store.viewers import EVERYBODY, Viewer, sees, visible


def append(connection: Connection, experiment_id: str, type_: str, data: dict[str, Any]) -> None:
    """Write an event in the caller's transaction.

    Both numbers come from rows that this transaction updates: a database sequence may commit out
    of order, and a watcher that has seen 8 would never ask for 7.
    """
    seq = connection.execute(
        update(experiment)
        .where(experiment.c.id == experiment_id)
        .values(event_seq=experiment.c.event_seq + 1)
        .returning(experiment.c.event_seq)
    ).scalar_one()
    number = connection.execute(
        update(event_clock)
        .values(last_event=event_clock.c.last_event + 1)
        .returning(event_clock.c.last_event)
    ).scalar_one()
    connection.execute(
        insert(event).values(
            id=number,
            experiment_id=experiment_id,
            seq=seq,
            type=type_,
            created_at=now(),
            data=data,
        )
    )


@dataclass(frozen=True)
class Told:
    """An event, and what decides who sees it: its experiment's owner and sharing."""

    event: Event
    owner: str | None
    shared: bool


class Events:
    """Reading of events, by whoever asks."""

    def __init__(self, database: Database, viewer: Viewer = EVERYBODY) -> None:
        self._database = database
        self._viewer = viewer

    def of_experiment(self, experiment_id: str, after: int, limit: int) -> list[Event]:
        """Return an experiment's events with `seq` above `after`, in order."""
        # Compared as wide as the ids of all events are: `after` may be anything that a client says.
        seen = literal(after, BigInteger)
        query = (
            self._seen()
            .where(event.c.experiment_id == experiment_id, event.c.seq > seen)
            .order_by(event.c.seq)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [_to_event(row) for row in connection.execute(query).mappings().all()]

    def of_all(self, after: int, limit: int) -> list[Event]:
        """Return the events of all experiments with `id` above `after`, in order."""
        query = self._seen().where(event.c.id > after).order_by(event.c.id).limit(limit)
        with self._database.reading() as connection:
            return [_to_event(row) for row in connection.execute(query).mappings().all()]

    def _seen(self) -> Select[Any]:
        if self._viewer.everything:
            return select(event)
        theirs = select(experiment.c.id).where(visible(self._viewer))
        return select(event).where(event.c.experiment_id.in_(theirs))

    def last(self) -> int:
        """Return the id of the newest event of all, 0 before the first."""
        with self._database.reading() as connection:
            return int(connection.execute(select(event_clock.c.last_event)).scalar_one())

    def newest(self, after: int, limit: int) -> list[Told]:
        """Return the events of all experiments with `id` above `after`, whoever may see them."""
        query = (
            select(event, experiment.c.owner, experiment.c.shared)
            .join(experiment, experiment.c.id == event.c.experiment_id)
            .where(event.c.id > after)
            .order_by(event.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
            return [Told(_to_event(row), row["owner"], row["shared"]) for row in rows]

    def shows(self, told: Told) -> bool:
        """Tell whether the viewer sees an event."""
        return sees(self._viewer, told.owner, shared=told.shared)


def _to_event(row: RowMapping) -> Event:
    return Event.model_validate({**row, "created_at": moment(row["created_at"])})
