"""Which ended experiments may go: old ones, beyond a number, whose models nobody asks for."""

from sqlalchemy import Connection, func, select

from fitserve_core.results import TERMINAL
from fitserve_core.store.database import Database
from fitserve_core.store.engine import now
from fitserve_core.store.models import best_of, kept_names
from fitserve_core.store.parents import UNFINISHED
from fitserve_core.store.tables import experiment, model_label, model_version, run
from fitserve_core.store.viewers import EVERYBODY, Viewer


class Retention:
    """The choice of experiments that a collection deletes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def removable(self, older_than: float | None = None, keep: int | None = None) -> list[str]:
        """Return the ended experiments that may go, the newest first.

        Those whose model is in use never may: a label stands for it, it is the best or the newest
        of its name, or a run that has not ended starts from it.

        Args:
            older_than: only those that ended so many seconds ago.
            keep: only those that are not among so many that ended last.
        """
        ended = experiment.c.finished_at.desc(), experiment.c.id.desc()
        query = select(experiment.c.id).where(experiment.c.status.in_(TERMINAL)).order_by(*ended)
        if keep is not None:
            kept = query.limit(keep).subquery()
            query = query.where(experiment.c.id.not_in(select(kept.c.id)))
        if older_than is not None:
            query = query.where(experiment.c.finished_at < now() - older_than)
        with self._database.reading() as connection:
            used = _in_use(connection)
            return [id_ for id_ in connection.scalars(query) if id_ not in used]


def _in_use(connection: Connection) -> set[str]:
    # The best of a name is another one for each who asks.
    owners = connection.scalars(select(experiment.c.owner).distinct())
    best = {
        best_of(connection, name, viewer)["id"]
        for viewer in (EVERYBODY, Viewer(), *map(Viewer, owners))
        for name in kept_names(connection, viewer)
    }
    newest = (
        select(model_version.c.model_name, func.max(model_version.c.version).label("version"))
        .group_by(model_version.c.model_name)
        .subquery()
    )
    named = [
        select(model_version.c.experiment_id).join(
            pointing,
            (pointing.c.model_name == model_version.c.model_name)
            & (pointing.c.version == model_version.c.version),
        )
        for pointing in (model_label, newest)
    ]
    source = run.alias("source")
    started_from = (
        select(source.c.experiment_id)
        .join(run, run.c.starts_from == source.c.id)
        .where(run.c.status.in_(UNFINISHED))
    )
    return best.union(*(connection.scalars(query) for query in (*named, started_from)))
