"""From a spec to the rows of its runs: those that are not there yet."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping

from fitserve_core.errors import InvalidInputError
from fitserve_core.seeds import run_seed
from fitserve_core.spec import ExperimentSpec, PlannedCell, RunPlan
from fitserve_core.spec.experiment import PREVIOUS_REPETITION
from fitserve_core.store.models import plan_of, resolve
from fitserve_core.store.rows import new_id
from fitserve_core.store.viewers import Viewer


def missing_runs(
    connection: Connection,
    experiment_id: str,
    spec: ExperimentSpec,
    viewer: Viewer,
    present: Sequence[RowMapping] = (),
) -> list[dict[str, Any]]:
    """Return rows of the runs that `spec` asks for beyond the `present` ones.

    A cell that is present keeps its index, by which its runs' seeds are derived; others follow.

    Raises:
        NotFoundError, ConflictError: there is no model to start from that `viewer` sees.
        InvalidInputError: there is one, of another shape.
    """
    cells = _indexed(spec.cells, present)
    source = start_of(connection, viewer, spec, [cell.plan for _, cell in cells])
    ids = {(row["cell"], row["repetition"]): row["id"] for row in present}
    position = max((row["position"] for row in present), default=-1)
    rows = []
    for index, cell, place in _places(cells, spec.repetitions):
        if (index, place) in ids:
            continue
        ids[index, place] = run_id = new_id("run")
        position += 1
        plan = _run_plan(cell, index, place)
        before = ids.get((index, place - _folds(cell)))
        rows.append(
            {
                "id": run_id,
                "experiment_id": experiment_id,
                "cell": index,
                "repetition": place,
                "position": position,
                "config": cell.config,
                "plan": plan.model_dump(mode="json"),
                "device": plan.device,
                "starts_from": before if spec.warm_start == PREVIOUS_REPETITION else source,
                "seed": plan.seed,
                "status": "queued",
                "epochs_total": plan.epochs,
            }
        )
    return rows


def _indexed(
    cells: Sequence[PlannedCell], present: Sequence[RowMapping]
) -> list[tuple[int, PlannedCell]]:
    known = {_key(row["config"]): row["cell"] for row in present}
    fresh = iter(range(max(known.values(), default=-1) + 1, len(known) + len(cells)))
    indexed = []
    for cell in cells:
        index = known.get(_key(cell.config))
        indexed.append((next(fresh) if index is None else index, cell))
    return indexed


def _places(
    cells: list[tuple[int, PlannedCell]], repetitions: int
) -> Iterator[tuple[int, PlannedCell, int]]:
    # By repetition, then by cell: every cell shows a first figure early.
    for repetition in range(repetitions):
        for index, cell in cells:
            for fold in range(_folds(cell)):
                yield index, cell, repetition * _folds(cell) + fold


def _run_plan(cell: PlannedCell, index: int, place: int) -> RunPlan:
    seed = run_seed(cell.plan.seed, index, place)
    fold = place % _folds(cell) if cell.plan.split.folds else None
    return cell.plan.model_copy(update={"seed": seed, "fold": fold})


def _folds(cell: PlannedCell) -> int:
    return cell.plan.split.folds or 1


def _key(config: dict[str, Any]) -> str:
    return json.dumps(config, sort_keys=True)


def start_of(
    connection: Connection, viewer: Viewer, spec: ExperimentSpec, plans: Sequence[RunPlan]
) -> str | None:
    """Return the run whose model `plans` of `spec` start from; None where that is none yet.

    Raises:
        NotFoundError, ConflictError: there is no model to start from that `viewer` sees.
        InvalidInputError: there is one, of another shape.
    """
    name = spec.warm_start
    if name is None or name == PREVIOUS_REPETITION:
        return None
    run_id = resolve(connection, name, viewer).run_id
    theirs = plan_of(connection, run_id)
    for plan in plans:
        if _shape(plan) != _shape(theirs):
            raise InvalidInputError(
                f"warm_start: weights of {name} fit {_described(theirs)}; received a spec of "
                f"{_described(plan)}",
                param="warm_start",
                received=name,
            )
    return run_id


def _shape(plan: RunPlan) -> tuple[Any, ...]:
    network = plan.network
    return plan.dataset, plan.target is None, network.hidden_layers, network.batch_normalization


def _described(plan: RunPlan) -> str:
    normalized = " with batch normalization" if plan.network.batch_normalization else ""
    question = "" if plan.target is None else ", yes or no"
    return f"hidden layers {plan.network.hidden_layers}{normalized} on {plan.dataset}{question}"
