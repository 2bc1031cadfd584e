"""What it takes to compile the training program of a shape, each time in a process of its own.

From rows in memory to a program that can train: building the Keras model, tracing, XLA. Validation
rows are there, whose evaluation is a part of the program. A worker's process has been warmed before
its first run; it has one core here, as where every slot is at work. Beside it one that finds the
other cores idle, one that has not been warmed, and one that finds the machine code in XLA's
persistent cache, which the project does not use.
"""

import itertools
import sys
import tempfile
from pathlib import Path

from benchmarks.shared.processes import Contender
from benchmarks.shared.results import Entry, Measurement, Results
from benchmarks.shared.samples import Mark, Spread
from benchmarks.training.contenders import OURS

TURNS = 3
MOST_SECONDS = 1.5
WORKER, ALONE = "in a worker", "in a worker, other cores idle"
COLD, CACHED = "not warmed", "XLA's persistent cache, filled"
NAMES = (
    "784-100-10, batch 1",
    "Eckerle4, 1-128-128-64-1, Adam, batch 2, 256 epochs",
    "784-6×100-10, sigmoid, normalised, batch 8",
)


def main() -> int:
    """Measure every shape, store the results; return 1 if one takes longer than it may."""
    results = Results("compiling")
    missed = [name for name in NAMES if not measured(name, results)]
    return 1 if missed else 0


def measured(name: str, results: Results) -> bool:
    """Measure one shape; return whether its mark holds."""
    samples: dict[str, list[float]] = {WORKER: [], ALONE: [], COLD: [], CACHED: []}
    with tempfile.TemporaryDirectory() as folder:
        compiled(name, CACHED, folder)  # to fill it
        for _, way in itertools.product(range(TURNS), samples):
            samples[way].append(compiled(name, way, folder))
    entries = [Entry(way, seconds) for way, seconds in samples.items()]
    measurement = Measurement(name, "s", entries)
    print(name)
    for entry in entries:
        print(f"  {entry.name:32}{Spread.of(entry.samples).columns('.2f')}", flush=True)
    words = f"at most {MOST_SECONDS:g} s"
    return results.add(measurement, [Mark(name, words, WORKER, MOST_SECONDS, "at most")])


def compiled(name: str, way: str, folder: str) -> float:
    """Return the seconds that a fresh process takes."""
    cache = f"--tf_xla_persistent_cache_directory={Path(folder)}" if way == CACHED else ""
    module, cores = "benchmarks.training.compiled_once", "all" if way == ALONE else "one"
    with Contender(OURS, module, cores, TF_XLA_FLAGS=cache) as process:
        return float(process.ask(workload=name, warmed=way != COLD)["seconds"])


if __name__ == "__main__":
    sys.exit(main())
