"""Which version of the schema a database has, looked at without changing it."""

from sqlalchemy import create_engine, text

from fitserve_core.settings import Settings
from fitserve_core.store.migrate import NEWEST, present


def schema_version(settings: Settings) -> str:
    """Return in words which schema the database has, and what will become of it.

    Raises:
        ConfigurationError: a newer fitserve has migrated it.
        SQLAlchemyError: it cannot be reached.
    """
    engine = create_engine(settings.store_url)
    try:
        with engine.connect() as connection:
            found = present(connection)
            counted = connection.execute(text("SELECT count(*) FROM experiment")).scalar_one()
    finally:
        engine.dispose()
    upgrade = "" if found == NEWEST else f", to be migrated to {NEWEST} at the next start"
    return f"{engine.dialect.name}, schema {found}{upgrade}, {counted} experiments"
