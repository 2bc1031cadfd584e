"""Rows of the store as the results that are answered."""

import secrets
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from fitserve_core.results import Experiment, KeptModel, Progress, RunCounts
from fitserve_core.spec import Cell, ExperimentSpec
from fitserve_core.spec.accepted import as_accepted
from fitserve_core.spec.base import ACCEPTED
from fitserve_core.store.tables import run
from fitserve_core.summary import Outcome


def new_id(prefix: str) -> str:
    """Return an id that sorts by the time of its making, as `exp_0199c1d8a4f03b7e…`."""
    return f"{prefix}_{time.time_ns() // 1_000_000:012x}{secrets.token_hex(6)}"


def moment(seconds: float | None) -> datetime | None:
    """Return seconds since the epoch as a UTC time."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def spec_of(row: RowMapping) -> ExperimentSpec:
    """Return the spec of an experiment's row."""
    return as_accepted(ExperimentSpec, row["spec"])


def to_experiment(row: RowMapping, tally: Mapping[str, Any], queue_place: int | None) -> Experiment:
    """Return an experiment from its row, the tally of its runs and its place in the queue."""
    done, total = tally["epochs_done"], tally["epochs_total"]
    values = {
        "id": row["id"],
        "name": row["name"],
        "status": row["status"],
        "spec": spec_of(row),
        "runs": RunCounts(**tally["counts"]),
        "progress": Progress(
            epochs_done=done, epochs_total=total, fraction=done / total if total else 0.0
        ),
        "queue_place": queue_place,
        "queued_for": tally["needed"],
        "created_at": datetime.fromtimestamp(row["created_at"], UTC),
        "started_at": moment(row["started_at"]),
        "finished_at": moment(row["finished_at"]),
        "kept_model": to_kept(row),
        "error": row["error"],
        "owner": row["owner"],
        "shared": row["shared"],
    }
    # A model inside another is asked again whether its parts agree.
    return Experiment.model_validate(values, context=ACCEPTED)


def to_kept(row: RowMapping) -> KeptModel | None:
    """Return the kept model of an experiment's row, or None."""
    if row["kept_run_id"] is None:
        return None
    return KeptModel(
        run_id=row["kept_run_id"],
        cell=row["kept_cell"],
        figure=row["kept_figure"],
        value=row["kept_value"],
    )


def place_of(row: RowMapping) -> dict[str, int | None]:
    """Return which repetition of its cell a run is, and which of its folds validates."""
    plan = row["plan"]
    folds = plan.get("split", {}).get("folds") or 1
    return {"repetition": row["repetition"] // folds, "fold": plan.get("fold")}


def cells_of(rows: Iterable[RowMapping]) -> list[Cell]:
    """Return the cells that the rows of an experiment's runs belong to, by their index."""
    configs = {row["cell"]: row["config"] for row in rows}
    return [Cell(index=index, config=configs[index]) for index in sorted(configs)]


OUTCOME = (run.c.id, run.c.cell, run.c.config, run.c.status, run.c.verdict, run.c.final)
"""Columns that cells and outcomes are told from; a run's plan is far larger."""


def to_outcome(row: RowMapping) -> Outcome:
    """Return the outcome that a row of the table `run` tells."""
    return Outcome(
        run_id=row["id"],
        cell=row["cell"],
        status=row["status"],
        verdict=row["verdict"]["name"] if row["verdict"] else None,
        final=row["final"],
    )
