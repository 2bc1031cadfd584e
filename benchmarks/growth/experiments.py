"""The time of an experiment against its number of runs."""

import itertools
import tempfile
import time
from pathlib import Path

from benchmarks.service_overhead import SLOTS, SPEC, settings
from benchmarks.shared.results import Entry, Measurement
from benchmarks.shared.samples import Spread
from fitserve import Client
from fitserve_service.stack import Stack

RUNS = (1, 2, 5, 10, 20, 50, 100)
TURNS = 3


def measure_experiments() -> Measurement:
    """Return seconds from posting to seeing the end, of runs of one epoch of Eckerle4."""
    samples: dict[int, list[float]] = {runs: [] for runs in RUNS}
    with (
        tempfile.TemporaryDirectory() as folder,
        Stack(settings(Path(folder))) as stack,
        Client(stack.url) as client,
    ):
        _seconds(client, 2 * SLOTS)  # slots compile
        for _, runs in itertools.product(range(TURNS), RUNS):
            samples[runs].append(_seconds(client, runs))
    entries = [
        Entry(f"{runs} runs", seconds, more={"runs": runs}) for runs, seconds in samples.items()
    ]
    for entry in entries:
        print(f"{entry.name:40}{Spread.of(entry.samples).columns('.2f')}", flush=True)
    note = f"one epoch of Eckerle4 a run, {SLOTS} warm slots"
    return Measurement("experiments", "s", entries, note)


def _seconds(client: Client, runs: int) -> float:
    began = time.perf_counter()
    client.experiments.create(**SPEC, repetitions=runs).wait(progress=False)
    return time.perf_counter() - began
