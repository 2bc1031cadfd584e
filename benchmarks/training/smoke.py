"""This project's training program against Keras `fit` as it comes, in one process on one core.

784-100-10, SGD, batch size 1, on MNIST where it can be had. First both train on the same few rows
in the same order from the same weights, and their losses must agree. Then they take turns: ours
over as many rows as MNIST trains on, which no cache holds; Keras over the few, or it would take
half a minute a turn. Compiling is left out of both. The ratio is Keras's time per step over ours.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import statistics
import sys

from benchmarks.shared.samples import Spread
from benchmarks.training.fitserve_program import FitserveProgram
from benchmarks.training.peers.keras_fit import as_it_comes
from benchmarks.training.problems import problem
from benchmarks.training.workloads import WORKLOADS
from fitserve_workers.training import configure_tensorflow

WORKLOAD = WORKLOADS["784-100-10, batch 1"]
TURNS = 7
TARGET = 50.0


def main() -> int:
    """Print the table; return 1 if the losses disagree or the ratio misses its target."""
    configure_tensorflow()
    [make] = as_it_comes(problem(WORKLOAD, WORKLOAD.few)).values()
    theirs, ours = make(), FitserveProgram(WORKLOAD, WORKLOAD.rows)
    keras_loss = theirs.timed()[1]
    our_loss = FitserveProgram(WORKLOAD, WORKLOAD.few).timed()[1]
    ours.timed()
    pairs = [
        (theirs.timed()[0] / WORKLOAD.few, ours.timed()[0] / WORKLOAD.rows) for _ in range(TURNS)
    ]
    ratios = [slow / quick for slow, quick in pairs]
    report(pairs, ratios, keras_loss, our_loss)
    agree = abs(keras_loss - our_loss) <= WORKLOAD.tolerance * our_loss
    return 0 if agree and statistics.median(ratios) >= TARGET else 1


def report(
    pairs: list[tuple[float, float]], ratios: list[float], keras_loss: float, our_loss: float
) -> None:
    """Print medians and ranges in microseconds a step, and the ratio."""
    print(f"784-100-10, SGD, batch size 1, one core; {TURNS} turns each, interleaved")
    print(f"{'':24}{'steps a turn':>14}{'median':>12}{'least':>10}{'most':>10}")
    theirs, ours = ([1e6 * turn for turn in side] for side in zip(*pairs, strict=True))
    for name, steps, side in (
        ("Keras fit, µs a step", WORKLOAD.few, theirs),
        ("fitserve, µs a step", WORKLOAD.rows, ours),
    ):
        print(f"{name:24}{steps:>14,}{Spread.of(side).columns('.2f')}")
    print(f"{'ratio':24}{'':>14}{Spread.of(ratios).columns('.1f')}   target: at least {TARGET:.0f}")
    print(f"loss over the same rows: Keras {keras_loss:.6f}, fitserve {our_loss:.6f}")


if __name__ == "__main__":
    sys.exit(main())
