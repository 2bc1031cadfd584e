"""One database: transactions that read, and transactions that write."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from fitserve_core.store.engine import open_engine, snapshots


class Database:
    """A pool of connections.

    Args:
        url: SQLAlchemy's URL.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._snapshots = snapshots(self._engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads, all of it from one moment."""
        with self._snapshots.connect() as connection, connection.begin():
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

    def until_writable(self) -> None:
        """Return once somebody may write, after whoever writes just now; change nothing.

        Raises:
            SQLAlchemyError: the database does not answer, or not in time.
        """
        with self.writing() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()
