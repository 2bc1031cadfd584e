"""Messages to webhooks as whoever delivers them takes and reports them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select, update

from fitserve_core.store.database import Database
from fitserve_core.store.engine import now
from fitserve_core.store.tables import delivery, webhook

_DUE = and_(delivery.c.status == "pending", delivery.c.due_at <= now())


@dataclass(frozen=True)
class Message:
    """One attempt at a message; `attempt` counts from 1 and is the fence of what is reported."""

    id: str
    attempt: int
    url: str
    secret: str
    body: str


class Deliveries:
    """Taking of messages, each for one attempt, and reporting of what came of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, limit: int, lease_seconds: float) -> list[Message]:
        """Return messages that are due; each is due again once the lease has run out.

        So one that a service takes to its grave is sent again by the next.
        """
        query = select(delivery.c.id).where(_DUE).order_by(delivery.c.due_at).limit(limit)
        with self._database.reading() as connection:
            due = connection.execute(query).scalars().all()
        taken = []
        for message_id in due:
            with self._database.writing() as connection:
                if message := _take(connection, message_id, lease_seconds):
                    taken.append(message)
        return taken

    def delivered(self, message: Message, told: str) -> None:
        """Record that an attempt was answered well."""
        self._report(message, status="delivered", told=told, due_at=None, delivered_at=now())

    def failed(self, message: Message, told: str, again_in: float | None) -> None:
        """Record that an attempt failed; None: there is no other."""
        status = "failed" if again_in is None else "pending"
        due_at = None if again_in is None else now() + again_in
        self._report(message, status=status, told=told, due_at=due_at)

    def _report(self, message: Message, **values: Any) -> None:
        mine = and_(delivery.c.id == message.id, delivery.c.attempts == message.attempt)
        with self._database.writing() as connection:
            connection.execute(update(delivery).where(mine).values(**values))


def _take(connection: Connection, message_id: str, lease_seconds: float) -> Message | None:
    # The candidate was read without its lock: somebody may have taken it meanwhile.
    taken = connection.execute(
        update(delivery)
        .where(delivery.c.id == message_id, _DUE)
        .values(attempts=delivery.c.attempts + 1, due_at=now() + lease_seconds)
        .returning(delivery.c.id)
    ).scalar_one_or_none()
    if taken is None:
        return None
    query = (
        select(delivery.c.id, delivery.c.attempts, delivery.c.body, webhook.c.url, webhook.c.secret)
        .join(webhook, webhook.c.id == delivery.c.webhook_id)
        .where(delivery.c.id == message_id)
    )
    row = connection.execute(query).one()
    return Message(row.id, row.attempts, row.url, row.secret, row.body)
