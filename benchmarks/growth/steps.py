"""The time of a step against hidden units and batch size, and that of moving its bytes."""

import time
from functools import lru_cache

import numpy as np

from benchmarks.shared.processes import pin_to_one_core
from benchmarks.shared.results import Entry, Measurement
from benchmarks.shared.samples import Spread
from benchmarks.training.digits import digits, first_rows
from benchmarks.training.fitserve_program import trained
from fitserve_core.datasets.dataset import Dataset
from fitserve_core.estimate import epoch_seconds
from fitserve_core.spec import ExperimentSpec, RunPlan
from fitserve_workers.training import ProgramCache, Training
from fitserve_workers.training.sparse import LARGEST_BATCH

UNITS = (10, 32, 100, 320, 1_000)
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
LINES: dict[str, dict[int, tuple[int, ...]]] = {
    "units": {1: UNITS, 8: UNITS, 128: UNITS},
    "batch": {100: BATCHES, 1_000: BATCHES},
}
TURNS = 3
# What a turn at a point is to take, by the rule of thumb.
TURN_SECONDS = 0.5
NUMBER_BYTES, INPUTS, CLASSES = 4, 784, 10
# A step reads a weight for the products, and reads and writes it for the update.
PASSES = 3


def measure_steps() -> Measurement:
    """Return microseconds a step of 784-units-10, plain gradient descent, on one core."""
    pin_to_one_core()
    points = {(units, size) for size, line in LINES["units"].items() for units in line}
    points |= {(units, size) for units, line in LINES["batch"].items() for size in line}
    entries = [_entry(units, size) for units, size in sorted(points)]
    return Measurement("steps", "µs a step", entries, "784-units-10, SGD, one core")


def _entry(units: int, size: int) -> Entry:
    plan, rows = _plan(units, size), digits()
    share = min(1.0, TURN_SECONDS / epoch_seconds(plan))
    some = first_rows(rows, max(1, int(share * len(rows.train)) // size) * size)
    programs = ProgramCache()
    _microseconds(plan, some, programs)
    samples = [_microseconds(plan, some, programs) for _ in range(TURNS)]
    moved = _bytes(units, size, rows)
    floor = moved / _bandwidth(NUMBER_BYTES * INPUTS * units) * 1e6
    more = {"units": units, "batch": size, "bytes": moved, "moving the bytes, µs": floor}
    entry = Entry(f"{units} units, batch {size}", samples, more=more)
    print(f"{entry.name:40}{Spread.of(samples).columns('.2f')}{floor:>10.2f}", flush=True)
    return entry


def _microseconds(plan: RunPlan, rows: Dataset, programs: ProgramCache) -> float:
    training = Training(plan, rows, programs)
    began = time.perf_counter()
    trained(training)
    return 1e6 * (time.perf_counter() - began) / (len(rows.train) // (plan.batch_size or 1))


def _plan(units: int, size: int) -> RunPlan:
    spec = {
        "dataset": "mnist",
        "network": {"hidden_layers": [units]},
        "training": {"learning_rates": [0.01], "batch_size": size, "epochs": 1},
    }
    return ExperimentSpec.model_validate(spec).cells[0].plan


def _bytes(units: int, size: int, rows: Dataset) -> float:
    """Return what a step moves of weights: of the first layer only the rows that it visits."""
    visited = float(INPUTS)
    if size <= LARGEST_BATCH:
        visited = size * np.count_nonzero(rows.train.inputs) / len(rows.train)
    return PASSES * NUMBER_BYTES * units * (visited + CLASSES)


@lru_cache
def _bandwidth(working_set: int) -> float:
    """Return the bytes a second at which one core updates so many bytes in place."""
    numbers = np.ones(max(working_set // NUMBER_BYTES, 1), np.float32)
    times = max(1, 2**26 // working_set)
    quickest = min(_seconds(numbers, times) for _ in range(3))
    return 2 * numbers.nbytes * times / quickest


def _seconds(numbers: np.ndarray, times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        np.add(numbers, 1.0, out=numbers)
    return time.perf_counter() - began
