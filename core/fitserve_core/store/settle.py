"""The end of an experiment: written by whoever ends its last run."""

from sqlalchemy import Connection, select, update

from fitserve_core.results import KeptModel
from fitserve_core.store import events, versions
from fitserve_core.store.ending import end
from fitserve_core.store.engine import now
from fitserve_core.store.parents import UNFINISHED, find
from fitserve_core.store.rows import OUTCOME, cells_of, spec_of, to_outcome
from fitserve_core.store.tables import run
from fitserve_core.summary import best_cell, deciding_of, kept_run, summarise


def settle(connection: Connection, experiment_id: str) -> None:
    """End an experiment whose runs have all ended, keeping its best model; else do nothing.

    It succeeded if at least one run has not failed. The caller holds the experiment's lock.
    """
    unfinished = select(run.c.id).where(
        run.c.experiment_id == experiment_id, run.c.status.in_(UNFINISHED)
    )
    if connection.execute(unfinished.limit(1)).first() is not None:
        return
    query = select(*OUTCOME, run.c.error).where(run.c.experiment_id == experiment_id)
    rows = connection.execute(query.order_by(run.c.position)).mappings().all()
    failed = [row["error"] for row in rows if row["status"] == "failed"]
    if len(failed) == len(rows):
        error = f"every run failed; the first: {failed[0]}"
        end(connection, experiment_id, "failed", error=error)
        return
    spec = spec_of(find(connection, experiment_id))
    outcomes = [to_outcome(row) for row in rows]
    by = deciding_of(spec.dataset_info.task, outcomes)
    best = best_cell(summarise(cells_of(rows), outcomes), by)
    kept = kept_run(best, outcomes, by) if best else None
    values = _kept_values(kept, by.sign) if kept else {}
    if kept is not None:
        versions.add(connection, spec.model_name, experiment_id, kept)
    end(connection, experiment_id, "succeeded", **values)


def fail_followers(connection: Connection, experiment_id: str, run_id: str) -> None:
    """Fail the runs that were to start from the weights of one that has failed.

    The caller holds the experiment's lock.
    """
    failed: str | None = run_id
    while failed is not None:
        error = f"run {failed}, whose weights it was to start from, has failed"
        follower = (
            update(run)
            .where(run.c.starts_from == failed, run.c.status == "queued")
            .values(status="failed", error=error, finished_at=now())
            .returning(run.c.id)
        )
        # At most one: a repetition is followed by the next one alone.
        failed = connection.execute(follower).scalar_one_or_none()
        if failed is not None:
            events.append(
                connection, experiment_id, "run.failed", {"run_id": failed, "error": error}
            )


def _kept_values(kept: KeptModel, sign: int) -> dict[str, object]:
    return {
        "kept_run_id": kept.run_id,
        "kept_cell": kept.cell,
        "kept_figure": kept.figure,
        "kept_value": kept.value,
        "kept_rank": sign * kept.value,
    }
