"""Which files the store knows: what a collection of garbage must leave alone."""

from collections.abc import Iterable

from sqlalchemy import select

from fitserve_core.results import TERMINAL
from fitserve_core.store.database import Database
from fitserve_core.store.parents import UNFINISHED
from fitserve_core.store.tables import artefact, experiment, run


class Inventory:
    """Questions about files, by experiment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ended(self, ids: Iterable[str]) -> dict[str, bool]:
        """Return which of these experiments there are, and whether each has ended."""
        query = select(experiment.c.id, experiment.c.status).where(experiment.c.id.in_(list(ids)))
        with self._database.reading() as connection:
            return {row.id: row.status in TERMINAL for row in connection.execute(query)}

    def paths(self, experiment_id: str) -> set[str]:
        """Return the paths, below the artefact folder, of the files that an experiment needs.

        Checkpoints are needed until their run has ended.
        """
        mine = run.c.experiment_id == experiment_id
        files = select(artefact.c.path).join(run, run.c.id == artefact.c.run_id).where(mine)
        checkpoints = [
            select(column).where(mine, run.c.status.in_(UNFINISHED), column.is_not(None))
            for column in (run.c.checkpoint_path, run.c.earlier_checkpoint_path)
        ]
        with self._database.reading() as connection:
            return {path for query in (files, *checkpoints) for path in connection.scalars(query)}
