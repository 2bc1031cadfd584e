"""How much of the queue one key may take, looked at in the transaction that takes it."""

from sqlalchemy import Connection, func, select, text

from fitserve_core.errors import InvalidInputError, QuotaExceededError
from fitserve_core.store.parents import UNFINISHED
from fitserve_core.store.tables import experiment, run
from fitserve_core.store.viewers import Viewer

# Of two posts at once the second waits and counts the first; SQLite admits one writer anyway.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(:owner))")


def require_room(connection: Connection, viewer: Viewer, runs: int) -> None:
    """Refuse one more unfinished experiment with so many runs where a key's quota is used up.

    Raises:
        InvalidInputError: the runs alone are more than the quota.
        QuotaExceededError: there is room once something of the key's has ended.
    """
    quota = viewer.quota
    if quota is None:
        return
    if runs > quota.queued_runs:
        raise InvalidInputError(
            f"a key may have at most {quota.queued_runs:,} queued runs; received a spec of {runs:,}"
        )
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"owner": viewer.name})
    mine = experiment.c.owner == viewer.name
    experiments = connection.scalar(
        select(func.count())
        .select_from(experiment)
        .where(mine, experiment.c.status.in_(UNFINISHED))
    )
    queued = connection.scalar(
        select(func.count())
        .select_from(run.join(experiment, experiment.c.id == run.c.experiment_id))
        .where(mine, run.c.status == "queued")
    )
    if (experiments or 0) >= quota.experiments:
        raise QuotaExceededError(
            f"{viewer.name} has {experiments:,} experiments that have not ended, of at most "
            f"{quota.experiments:,}; wait for the end of one, or cancel one"
        )
    if (queued or 0) + runs > quota.queued_runs:
        raise QuotaExceededError(
            f"{viewer.name} has {queued:,} queued runs, of at most {quota.queued_runs:,}; received "
            f"a spec of {runs:,} more: wait for some to begin, or cancel an experiment"
        )
