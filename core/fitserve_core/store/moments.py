"""One moment of the store: the files that it names, and the whole of it as a file."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, select, text

from fitserve_core.store.parents import UNFINISHED
from fitserve_core.store.tables import artefact, run


@dataclass(frozen=True)
class NamedFile:
    """A file that a row names: its path below the artefact folder, its SHA-256, and whose it is."""

    path: str
    sha256: str
    experiment_id: str


class Moment:
    """What a transaction that only reads sees, however long it takes.

    Stores of earlier versions can be read, too: a backup comes before a migration.

    Args:
        connection: in that transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def schema(self) -> str:
        """The newest migration that the store has seen."""
        found: str = self._connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar_one()
        return found

    def checkpoints(self) -> list[NamedFile]:
        """Return the checkpoints of runs that have not ended: files that do not stay for long."""
        named = run.c.checkpoint_path.is_not(None)
        query = select(run.c.checkpoint_path, run.c.checkpoint_sha256, run.c.experiment_id)
        return self._files(query.where(named, run.c.status.in_(UNFINISHED)))

    def artefacts(self) -> list[NamedFile]:
        """Return the files of finished runs, which stay as long as their experiment."""
        query = select(artefact.c.path, artefact.c.sha256, run.c.experiment_id)
        return self._files(query.join(run, run.c.id == artefact.c.run_id).order_by(artefact.c.path))

    @property
    def is_a_file(self) -> bool:
        """Whether the store is SQLite, which can be copied to a file."""
        return self._connection.dialect.name == "sqlite"

    def write(self, path: Path) -> None:
        """Write this moment of a SQLite store to a new file, while others write to the store."""
        source: Any = self._connection.connection.driver_connection
        target = sqlite3.connect(path)
        try:
            source.backup(target)
        finally:
            target.close()

    def _files(self, query: Select[Any]) -> list[NamedFile]:
        return [NamedFile(*row) for row in self._connection.execute(query)]
