"""Counters that all processes share: they only grow."""

from sqlalchemy import Connection, select, text

from fitserve_core.store.database import Database
from fitserve_core.store.tables import counter

LEASES_LOST = "leases_lost"

# One statement, so that of two that count together neither is forgotten.
_ADD = text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) ON CONFLICT (name) "
    "DO UPDATE SET value = counter.value + 1"
)


def count(connection: Connection, name: str) -> None:
    """Add one in the caller's transaction."""
    connection.execute(_ADD, {"name": name})


def counted(database: Database, name: str) -> int:
    """Return a counter, 0 before it was first counted."""
    query = select(counter.c.value).where(counter.c.name == name)
    with database.reading() as connection:
        return connection.execute(query).scalar_one_or_none() or 0
