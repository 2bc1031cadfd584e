"""What skipping zeros saves, and what dropout costs where they are skipped.

Pairs take turns in one process on one core, on the real MNIST where it can be had; compiling is
left out, and done anew after some turns. The ratio is the epoch that is named over the other: that
with zeros skipped over that of dense steps, and that with dropout over that without.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import sys

from benchmarks.training.digits import digits
from benchmarks.training.epoch_costs import PROGRAMS, TURNS, Pair, plan, told, trainings, turns
from fitserve_core.datasets.dataset import Dataset
from fitserve_core.spec import Dropout
from fitserve_workers.training import configure_tensorflow

WORKLOADS = [(100, 1, 1.0), (100, 8, 1.0), (1_000, 1, 0.5), (1_000, 8, 0.5)]


def main() -> int:
    """Print the table; return 1 if a ratio misses its target."""
    configure_tensorflow()
    dataset = digits()
    pairs = [*skipping(dataset), *dropping(dataset)]
    rows = f"{len(dataset.train):,} rows an epoch"
    print(f"medians of {PROGRAMS * TURNS} turns each, interleaved; one core; {rows}")
    print(f"{'':40}{'other, s':>10}{'ratio':>12}{'least':>10}{'most':>10}   at most")
    held = [told(pair.name, *turns(pair), pair.target) for pair in pairs]
    return 0 if all(held) else 1


def skipping(dataset: Dataset) -> list[Pair]:
    """Return dense steps, and those that skip zeros."""
    return [
        Pair(
            f"784-{units}-10, batch {batch_size}, zeros skipped",
            trainings(plan(units, batch_size), dataset, may_skip_zeros=False),
            trainings(plan(units, batch_size), dataset),
            target,
        )
        for units, batch_size, target in WORKLOADS
    ]


def dropping(dataset: Dataset) -> list[Pair]:
    """Return 784-100-10 without dropout, and with it in the hidden layer and everywhere."""
    plain = plan(100, 1)
    pairs = []
    for name, places in (("hidden", ["hidden"]), ("everywhere", ["input", "hidden", "output"])):
        dropout = Dropout.model_validate({"rate": 0.2, "at": places})
        network = plain.network.model_copy(update={"dropout": dropout})
        dropped = plain.model_copy(update={"network": network})
        without, with_ = (trainings(each, dataset) for each in (plain, dropped))
        pairs.append(Pair(f"784-100-10, batch 1, dropout {name}", without, with_, 1.3))
    return pairs


if __name__ == "__main__":
    sys.exit(main())
