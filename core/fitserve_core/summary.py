"""Mean ± standard deviation of every cell, the best cell, and the model that is kept."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from fitserve_core.datasets.registry import Task
from fitserve_core.results import CellSummary, KeptModel, RunTally, Spread, VerdictName
from fitserve_core.spec import Cell

Final = Mapping[str, float | None]


@dataclass(frozen=True)
class Outcome:
    """What a summary needs to know of one run."""

    run_id: str
    cell: int
    status: str
    verdict: VerdictName | None
    final: Final | None


@dataclass(frozen=True)
class Deciding:
    """The figure that chooses the best cell and the kept model.

    Attributes:
        figure: its name; a validation figure, or where there is none the training figure.
        tie: the figure that decides among equals; lower is better.
        sign: +1 where higher is better, -1 where lower is.
    """

    figure: str
    tie: str
    sign: int

    def rank(self, final: Final) -> tuple[float, float]:
        """Return a key by which a higher one is better; a missing figure ranks last."""
        return (
            _finite(final.get(self.figure), self.sign),
            _finite(final.get(self.tie), -1),
        )


def deciding(task: Task, *, validated: bool) -> Deciding:
    """Return the figure that decides for a task, never a test figure."""
    prefix = "val_" if validated else ""
    if task == "regression":
        return Deciding(f"{prefix}mse", f"{prefix}loss", -1)
    return Deciding(f"{prefix}accuracy", f"{prefix}loss", +1)


DECIDING_FIGURES = tuple(
    deciding(task, validated=validated).figure
    for validated in (True, False)
    for task in ("classification", "regression")
)
"""Names of all that there are, validation figures first."""


def deciding_of(task: Task, outcomes: Sequence[Outcome]) -> Deciding:
    """Return the deciding figure of runs: a validation figure if they have one."""
    validated = deciding(task, validated=True)
    seen = any(run.final and run.final.get(validated.figure) is not None for run in outcomes)
    return validated if seen else deciding(task, validated=False)


def summarise(cells: Sequence[Cell], outcomes: Sequence[Outcome]) -> list[CellSummary]:
    """Return each cell's counts and the spread of each figure over its finite, finished runs."""
    by_cell: dict[int, list[Outcome]] = {cell.index: [] for cell in cells}
    for run in outcomes:
        by_cell[run.cell].append(run)
    return [_summarise(cell, by_cell[cell.index]) for cell in cells]


def best_cell(cells: Sequence[CellSummary], by: Deciding) -> CellSummary | None:
    """Return the cell with the best mean deciding figure among those with a trained run."""
    able = [cell for cell in cells if cell.n.trained and by.figure in cell.figures]

    def rank(cell: CellSummary) -> tuple[float, float]:
        return by.rank({name: spread.mean for name, spread in cell.figures.items()})

    return max(able, key=rank, default=None)


def kept_run(cell: CellSummary, outcomes: Sequence[Outcome], by: Deciding) -> KeptModel | None:
    """Return the trained run of `cell` with the best deciding figure."""
    able = [run for run in outcomes if run.cell == cell.cell and run.verdict == "trained"]
    able = [run for run in able if run.final and run.final.get(by.figure) is not None]
    if not able:
        return None
    best = max(able, key=lambda run: by.rank(run.final or {}))
    value = (best.final or {})[by.figure]
    assert value is not None
    return KeptModel(run_id=best.run_id, cell=cell.cell, figure=by.figure, value=value)


def _summarise(cell: Cell, mine: Sequence[Outcome]) -> CellSummary:
    verdicts = {run.verdict for run in mine if run.verdict is not None}
    return CellSummary(
        cell=cell.index,
        config=cell.config,
        n=_tally(mine),
        unstable=len(verdicts) > 1,
        figures=_spreads([run.final for run in mine if run.final and run.verdict != "diverged"]),
    )


def _tally(outcomes: Sequence[Outcome]) -> RunTally:
    counts: Counter[str] = Counter(run.verdict or run.status for run in outcomes)
    return RunTally(
        requested=len(outcomes),
        trained=counts["trained"],
        did_not_train=counts["did_not_train"],
        diverged=counts["diverged"],
        failed=counts["failed"],
        cancelled=counts["cancelled"],
        unfinished=counts["queued"] + counts["running"],
    )


def _spreads(finals: Sequence[Final]) -> dict[str, Spread]:
    names = dict.fromkeys(name for final in finals for name in final)
    spreads: dict[str, Spread] = {}
    for name in names:
        values = [v for final in finals if (v := final.get(name)) is not None and math.isfinite(v)]
        if values:
            spreads[name] = Spread(
                n=len(values),
                mean=fmean(values),
                std=stdev(values) if len(values) > 1 else None,
                min=min(values),
                max=max(values),
                values=values,
            )
    return spreads


def _finite(value: float | None, sign: int) -> float:
    return -math.inf if value is None or not math.isfinite(value) else sign * value
