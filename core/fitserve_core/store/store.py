"""The store as one object: transactions, and what can be asked of it by subject."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from fitserve_core.settings import Settings
from fitserve_core.store.claims import Claims
from fitserve_core.store.engine import open_engine
from fitserve_core.store.events import Events
from fitserve_core.store.experiments import Experiments
from fitserve_core.store.leases import Leases
from fitserve_core.store.migrate import migrate
from fitserve_core.store.models import Models
from fitserve_core.store.runs import Runs


class Store:
    """Experiments, runs, claims, events and models in one database.

    Args:
        settings: which database, and how long a lease is.
    """

    def __init__(self, settings: Settings) -> None:
        self._engine = open_engine(settings.store_url)
        self.experiments = Experiments(self)
        self.runs = Runs(self)
        self.claims = Claims(self, settings.lease_seconds)
        self.leases = Leases(self, settings.max_lost_attempts)
        self.events = Events(self)
        self.models = Models(self)

    @classmethod
    def opened(cls, settings: Settings) -> "Store":
        """Return a store whose schema is the newest, making the data folder if need be."""
        settings.data.mkdir(parents=True, exist_ok=True)
        store = cls(settings)
        with store.writing() as connection:
            migrate(connection)
        return store

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that may write, committed at the end."""
        with self._engine.connect() as connection:
            connection.execution_options(writing=True)
            with connection.begin():
                yield connection

    def ping(self) -> None:
        """Raise SQLAlchemy's error where the database does not answer."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()
