"""Measure how cost grows, store it in results/growth.json, and draw it for docs/performance.md."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks.growth.experiments import measure_experiments
from benchmarks.growth.plots import draw
from benchmarks.growth.steps import measure_steps
from benchmarks.shared.results import Results


def main() -> None:
    """Measure, print, store, draw."""
    results = Results("growth")
    # Steps last: they keep this process on one core.
    for measurement in (measure_experiments(), measure_steps()):
        results.add(measurement, [])
    draw()


if __name__ == "__main__":
    main()
