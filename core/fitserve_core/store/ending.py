"""The end of an experiment: its status, the event of it, and the messages to webhooks."""

from typing import Any

from sqlalchemy import Connection

from fitserve_core.store import outbox
from fitserve_core.store.engine import now
from fitserve_core.store.parents import change_status, find
from fitserve_core.store.tallies import answered


def end(connection: Connection, experiment_id: str, status: str, **values: Any) -> None:
    """End an experiment and, in the same transaction, put messages of it into the outbox.

    The caller holds the experiment's lock.
    """
    change_status(connection, experiment_id, status, finished_at=now(), **values)
    type_ = f"experiment.{status}"
    if listeners := outbox.listeners(connection, type_):
        [ended] = answered(connection, [find(connection, experiment_id)])
        data = ended.model_dump(mode="json")
        for webhook_id in listeners:
            outbox.put(connection, webhook_id, type_, data, experiment_id)
