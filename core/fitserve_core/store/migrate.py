"""Bring a database to the newest schema."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from fitserve_core.errors import ConfigurationError

NEWEST = "0016"

_ADVISORY_LOCK = 0x66697473  # "fits"


def migrate(connection: Connection) -> None:
    """Run the migrations that are missing, inside the caller's writing transaction.

    That transaction is the lock: SQLite admits one writer, and PostgreSQL gets an advisory lock,
    so of two processes that start together the second finds nothing left to do.

    Raises:
        ConfigurationError: a newer fitserve has migrated it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
    if present(connection) != NEWEST:
        _upgrade(connection)


def present(connection: Connection) -> str | None:
    """Return the schema that a database has, None for an empty one.

    Raises:
        ConfigurationError: a newer fitserve has migrated it.
    """
    if not inspect(connection).has_table("alembic_version"):
        return None
    query = text("SELECT version_num FROM alembic_version")
    found: str | None = connection.execute(query).scalar_one_or_none()
    if found is not None and found > NEWEST:
        raise ConfigurationError(
            f"a newer fitserve has migrated this store to schema {found}; this version knows "
            f"{NEWEST}: install the newer one, or restore a copy of before"
        )
    return found


def _upgrade(connection: Connection) -> None:
    # Imported where it is needed: most starts find nothing to do, and it is slow and large.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
