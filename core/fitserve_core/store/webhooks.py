"""Webhooks: who is told of experiments that have ended, and what became of the messages."""

import json

from sqlalchemy import Connection, RowMapping, delete, insert, select

from fitserve_core.errors import NotFoundError
from fitserve_core.store import outbox
from fitserve_core.store.database import Database
from fitserve_core.store.engine import now
from fitserve_core.store.rows import moment, new_id
from fitserve_core.store.tables import delivery, webhook
from fitserve_core.webhooks import TEST, Delivery, EventType, Webhook


class Webhooks:
    """What can be done with webhooks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, url: str, events: list[EventType], secret: str) -> Webhook:
        """Insert a webhook; it is told of what ends from now on."""
        webhook_id = new_id("whk")
        values = {"id": webhook_id, "url": url, "events": events, "secret": secret}
        with self._database.writing() as connection:
            connection.execute(insert(webhook).values(created_at=now(), **values))
        return self.get(webhook_id)

    def all(self) -> list[Webhook]:
        """Return every webhook, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(webhook).order_by(webhook.c.id)).mappings()
            return [_to_webhook(row) for row in rows]

    def get(self, webhook_id: str) -> Webhook:
        """Return one webhook.

        Raises:
            NotFoundError: there is none with this id.
        """
        with self._database.reading() as connection:
            return _to_webhook(_find(connection, webhook_id))

    def delete(self, webhook_id: str) -> None:
        """Remove a webhook with its messages, those that wait included.

        Raises:
            NotFoundError: there is none with this id.
        """
        with self._database.writing() as connection:
            found = connection.execute(delete(webhook).where(webhook.c.id == webhook_id))
            if found.rowcount == 0:
                raise _unknown(webhook_id)

    def test(self, webhook_id: str) -> Delivery:
        """Put a message into the outbox that tells of no experiment.

        Raises:
            NotFoundError: there is no such webhook.
        """
        with self._database.writing() as connection:
            _find(connection, webhook_id, keep=True)
            message_id = outbox.put(connection, webhook_id, TEST, {"webhook_id": webhook_id})
            query = select(delivery).where(delivery.c.id == message_id)
            return _to_delivery(connection.execute(query).mappings().one())

    def deliveries(
        self, webhook_id: str, limit: int, after: str | None
    ) -> tuple[list[Delivery], bool]:
        """Return at most `limit` messages to a webhook, newest first, and whether there are more.

        Raises:
            NotFoundError: there is no such webhook.
        """
        query = select(delivery).where(delivery.c.webhook_id == webhook_id)
        if after is not None:
            query = query.where(delivery.c.id < after)
        with self._database.reading() as connection:
            _find(connection, webhook_id)
            newest = query.order_by(delivery.c.id.desc()).limit(limit + 1)
            found = [_to_delivery(row) for row in connection.execute(newest).mappings()]
        return found[:limit], len(found) > limit


def _find(connection: Connection, webhook_id: str, *, keep: bool = False) -> RowMapping:
    """Return a webhook's row, with `keep` held against being deleted until the end."""
    query = select(webhook).where(webhook.c.id == webhook_id)
    if keep:
        query = query.with_for_update(read=True, key_share=True)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise _unknown(webhook_id)
    return row


def _unknown(webhook_id: str) -> NotFoundError:
    return NotFoundError(f"no webhook {webhook_id!r}", param="id", received=webhook_id)


def _to_webhook(row: RowMapping) -> Webhook:
    return Webhook.model_validate({**row, "created_at": moment(row["created_at"])})


def _to_delivery(row: RowMapping) -> Delivery:
    times = {name: moment(row[name]) for name in ("created_at", "due_at", "delivered_at")}
    return Delivery.model_validate({**row, **times, "payload": json.loads(row["body"])})
