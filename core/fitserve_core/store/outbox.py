"""The outbox: messages to webhooks, written in the transaction of what they tell."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from fitserve_core.store.engine import now
from fitserve_core.store.rows import new_id
from fitserve_core.store.tables import delivery, webhook


def listeners(connection: Connection, type_: str) -> list[str]:
    """Return the ids of the webhooks that are to be told of such an event.

    They are locked against being deleted: a message to one that is gone would undo what it tells.
    """
    query = select(webhook.c.id, webhook.c.events).order_by(webhook.c.id)
    rows = connection.execute(query.with_for_update(read=True, key_share=True))
    return [row.id for row in rows if type_ in row.events]


def put(
    connection: Connection,
    webhook_id: str,
    type_: str,
    data: dict[str, Any],
    experiment_id: str | None = None,
) -> str:
    """Write a message, due at once, and return its id; its body is the same in every attempt."""
    message_id = new_id("msg")
    body = {"type": type_, "timestamp": datetime.now(UTC).isoformat(), "data": data}
    connection.execute(
        insert(delivery).values(
            id=message_id,
            webhook_id=webhook_id,
            experiment_id=experiment_id,
            type=type_,
            body=json.dumps(body, ensure_ascii=False),
            status="pending",
            created_at=now(),
            due_at=now(),
        )
    )
    return message_id
