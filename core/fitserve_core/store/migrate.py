"""Bring a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

_ADVISORY_LOCK = 0x66697473  # "fits"


def migrate(connection: Connection) -> None:
    """Run the migrations that are missing, inside the caller's writing transaction.

    That transaction is the lock: SQLite admits one writer, and PostgreSQL gets an advisory lock,
    so of two processes that start together the second finds nothing left to do.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
