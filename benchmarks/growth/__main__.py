"""Measure how cost grows, store it in results, and draw it for docs/performance.md.

Steps and experiments lie in results/growth.json, requests in results/processes.json.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks.growth.experiments import measure_experiments
from benchmarks.growth.plots import draw
from benchmarks.growth.processes import measure_processes
from benchmarks.growth.steps import measure_steps
from benchmarks.shared.results import Results
from fitserve_workers.training import configure_tensorflow

# Steps last: they keep this process on one core.
PARTS = {
    "requests": ("processes", measure_processes),
    "experiments": ("growth", lambda: [measure_experiments()]),
    "steps": ("growth", lambda: [measure_steps()]),
}


def main() -> None:
    """Measure, print, store, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    chosen = parser.parse_args()
    # Before the first part, whose models are made with TensorFlow, too.
    configure_tensorflow()
    for part in chosen.only:
        file, measure = PARTS[part]
        for measurement in measure():
            Results(file).add(measurement, [])
    draw()


if __name__ == "__main__":
    main()
