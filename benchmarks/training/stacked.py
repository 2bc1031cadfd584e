"""Runs stacked in one program on a leading axis, beside the same runs one after the other.

Twelve runs that differ in seed alone, on as many slots as a machine of two cores has: two processes
of six runs each, either one after the other as a worker trains them, or in one program whose
weights have an axis over runs. A prototype without what a service needs: figures are the loss
alone, no run can end, be cancelled or go on from a checkpoint by itself. Compiling is left out.
The mean losses of runs must agree, or it fails: Eckerle4's after eight epochs, since rounding
drives longer trainings apart.
"""

import itertools
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from benchmarks.shared.processes import Contender, ContenderError
from benchmarks.shared.results import Entry, Measurement, Results
from benchmarks.shared.samples import Mark, Spread
from benchmarks.training.contenders import OURS
from benchmarks.training.workloads import WORKLOADS, Workload

SLOTS = 2
RUNS = 12
TURNS = 3
APART, TOGETHER = "one after the other", "stacked"
MODES = {APART: "apart", TOGETHER: "stacked"}
NAMES = ("784-100-10, batch 1", "Eckerle4, 1-128-128-64-1, Adam, batch 2, 256 epochs")
# Zeros are skipped in the one and not in the other: sums in another order, over many steps.
TOLERANCE = 1e-2


def main() -> int:
    """Measure both workloads, store the results; return 1 if contenders disagree."""
    results = Results("stacked")
    for name in NAMES:
        try:
            measured(WORKLOADS[name], results)
        except ContenderError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def measured(workload: Workload, results: Results) -> None:
    """Let both ways take turns at a workload."""
    with ExitStack() as stack:
        slots = {
            way: [
                stack.enter_context(Contender(OURS, "benchmarks.training.stack", mode))
                for _ in range(SLOTS)
            ]
            for way, mode in MODES.items()
        }
        told = {way: _ask_all(slots[way], workload) for way in MODES}
        losses = {way: [loss for each in told[way] for loss in each["losses"]] for way in MODES}
        _require_same(workload, losses)
        samples: dict[str, list[float]] = {way: [] for way in MODES}
        for _, way in itertools.product(range(TURNS), MODES):
            samples[way].append(max(each["seconds"] for each in _ask_all(slots[way], workload)))
    entries = [
        Entry(way, samples[way], setting=told[way][0]["setting"], more=_more(told[way]))
        for way in MODES
    ]
    note = f"{RUNS} runs on {SLOTS} slots"
    measurement = Measurement(f"{workload.name}, {RUNS} runs", "s", entries, note)
    mark = Mark(measurement.name, "stacked is quicker", TOGETHER, 1.0, "at most", APART)
    results.add(measurement, [mark])
    print(f"{measurement.name}: {note}, s")
    for entry in entries:
        print(f"  {entry.name:24}{Spread.of(entry.samples).columns('.2f')}   {entry.setting}")


def _ask_all(slots: list[Contender], workload: Workload) -> list[dict[str, Any]]:
    runs = RUNS // SLOTS
    with ThreadPoolExecutor(SLOTS) as threads:
        asked = [
            threads.submit(slot.ask, workload=workload.name, first=place * runs, runs=runs)
            for place, slot in enumerate(slots)
        ]
        return [each.result() for each in asked]


def _more(told: list[dict[str, Any]]) -> dict[str, float]:
    return {"compiling, s": max(each["compile_seconds"] for each in told)}


def _require_same(workload: Workload, losses: dict[str, list[float]]) -> None:
    for apart, together in zip(losses[APART], losses[TOGETHER], strict=True):
        if abs(apart - together) > max(TOLERANCE, workload.tolerance) * apart:
            raise ContenderError(f"{workload.name}: mean losses {apart:.6f} and {together:.6f}")


if __name__ == "__main__":
    sys.exit(main())
