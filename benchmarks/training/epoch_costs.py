"""What an epoch's extras cost: augmentation beside plain training, and figures beside bare steps.

Each pair takes turns in one process on one core, on the real MNIST where it can be had (moving an
image widens it: how far depends on its strokes); compiling is left out. After some turns both are
compiled anew: where a program's arrays come to lie moves its time by a twentieth. The ratio is the
epoch with the extra over the epoch without. Figures are the validation loss and accuracy on 10,000
rows and the norms of the layers' gradients, once an epoch.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import dataclasses
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

from benchmarks.shared.samples import Spread
from benchmarks.training.digits import digits
from benchmarks.training.fitserve_program import trained
from benchmarks.training.problems import run_plan
from benchmarks.training.workloads import WORKLOADS
from fitserve_core.datasets.dataset import Dataset, Rows
from fitserve_core.spec import Augmentation, Network, RunPlan
from fitserve_workers.training import ProgramCache, Training, configure_tensorflow
from fitserve_workers.training.program import Program

PROGRAMS, TURNS = 3, 3
VALIDATION_ROWS = 10_000
# A fifth of a second is too short for a difference of a twentieth.
EPOCHS = 5
AFFINE = {"shift": 1.5, "rotation": 10, "scale": 0.1}
ELASTIC = {"elastic": {"alpha": 17, "sigma": 4}}
EXTRAS = {"affine": (AFFINE, 1.5), "elastic": (ELASTIC, 2.5), "both": (AFFINE | ELASTIC, 2.5)}


Start = Callable[[], Training]


class Pair(NamedTuple):
    """Two ways to train an epoch, each in a program of its own, and the mark of their ratio."""

    name: str
    plain: Callable[[], Start]
    extra: Callable[[], Start]
    target: float


def main() -> int:
    """Print the table; return 1 if a ratio misses its target."""
    configure_tensorflow()
    dataset = digits()
    pairs = [*augmentations(dataset), *figures(dataset)]
    rows = f"{len(dataset.train):,} rows an epoch"
    print(f"medians of {PROGRAMS * TURNS} turns each, interleaved; one core; {rows}")
    print(f"{'':40}{'plain, s':>10}{'ratio':>12}{'least':>10}{'most':>10}   at most")
    missed = [pair.name for pair in pairs if not measured(pair)]
    return 1 if missed else 0


def measured(pair: Pair) -> bool:
    """Print a pair's line; return whether it keeps its target."""
    plain, extra = [], []
    for _ in range(PROGRAMS):
        starts = pair.plain(), pair.extra()
        for start in starts:
            timed(start)
        for _ in range(TURNS):
            plain.append(timed(starts[0]))
            extra.append(timed(starts[1]))
    ratios = [more / less for less, more in zip(plain, extra, strict=True)]
    median = statistics.median(plain)
    print(f"{pair.name:40}{median:>10.3f}{Spread.of(ratios).columns('.2f')}   {pair.target:.2f}")
    return statistics.median(ratios) <= pair.target


def timed(start: Start) -> float:
    """Return the seconds that a run takes from its start to its end, without compiling."""
    training = start()
    began = time.perf_counter()
    trained(training)
    return time.perf_counter() - began


def augmentations(dataset: Dataset) -> list[Pair]:
    """Return 784-800-10 with and without each kind of augmentation."""
    pairs = []
    for batch_size in (8, 128):
        plain = plan(800, batch_size)
        for name, (knobs, target) in EXTRAS.items():
            changed = plain.model_copy(update={"augmentation": Augmentation.model_validate(knobs)})
            ways = [trainings(each, dataset) for each in (plain, changed)]
            pairs.append(Pair(f"784-800-10, batch {batch_size}, {name}", *ways, target))
    return pairs


def figures(dataset: Dataset) -> list[Pair]:
    """Return 784-100-10 with all figures of an epoch, and with its steps alone."""
    some = Rows(*(part[:VALIDATION_ROWS] for part in (dataset.train.inputs, dataset.train.targets)))
    validated = dataclasses.replace(dataset, validation=some)
    pairs = []
    for batch_size in (1, 8):
        each = plan(100, batch_size).model_copy(update={"epochs": EPOCHS})
        bare = trainings(each, dataset, BareCache)
        pairs.append(
            Pair(
                f"784-100-10, batch {batch_size}, figures, {EPOCHS} epochs",
                bare,
                trainings(each, validated),
                1.05,
            )
        )
    return pairs


class BareProgram(Program):
    """The program without gradient norms."""

    def _gradient_norms(self, train: Any, sample: Any) -> Any:  # noqa: ARG002
        return tf.zeros(1 + len(self.shape.network.hidden_layers))


class BareCache(ProgramCache):
    """Programs without gradient norms."""

    def get(self, kind: Any, shape: Any) -> Any:  # noqa: ARG002
        """Return the bare program of a shape."""
        return super().get(BareProgram, shape)


def trainings(
    each: RunPlan, dataset: Dataset, cache: type[ProgramCache] = ProgramCache
) -> Callable[[], Start]:
    """Return what makes a program, as what begins the run anew in it."""

    def program() -> Start:
        programs = cache()
        return lambda: Training(each, dataset, programs)

    return program


def plan(units: int, batch_size: int) -> RunPlan:
    """Return one epoch of one hidden layer."""
    network = Network(hidden_layers=[units], activation="relu")
    one = run_plan(WORKLOADS["784-100-10, batch 1"])
    return one.model_copy(update={"network": network, "batch_size": batch_size})


if __name__ == "__main__":
    sys.exit(main())
