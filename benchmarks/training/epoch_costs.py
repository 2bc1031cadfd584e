"""What an epoch's extras cost: augmentation beside plain training, and figures beside bare steps.

On the real MNIST where it can be had (moving an image widens it: how far depends on its strokes),
in one process on one core; compiling is left out. After some turns programs are compiled anew:
where a program's arrays come to lie moves its time by a twentieth. The ratio is the epoch with the
extra over the epoch without.

Augmented and plain epochs take turns. Figures are the validation loss and accuracy on 10,000 rows
and the norms of the layers' gradients, at an epoch's end. They are measured in the program of their
epoch: as the call that takes the last step and works them out, less a call of a step alone.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import dataclasses
import statistics
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from benchmarks.shared.samples import Spread
from benchmarks.training.digits import digits
from benchmarks.training.fitserve_program import trained
from benchmarks.training.problems import run_plan
from benchmarks.training.workloads import WORKLOADS
from fitserve_core.datasets.dataset import Dataset, Rows
from fitserve_core.spec import Augmentation, Network, RunPlan
from fitserve_workers.training import ProgramCache, Training, configure_tensorflow
from fitserve_workers.training.orders import gradient_rows, order_block
from fitserve_workers.training.program import Program
from fitserve_workers.training.shape import Shape

PROGRAMS, TURNS = 3, 3
VALIDATION_ROWS = 10_000
FIGURES = 1.05
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
    rows = f"{len(dataset.train):,} rows an epoch"
    print(f"medians of {PROGRAMS * TURNS} turns each, interleaved; one core; {rows}")
    print(f"{'':40}{'plain, s':>10}{'ratio':>12}{'least':>10}{'most':>10}   at most")
    held = [told(pair.name, *turns(pair), pair.target) for pair in augmentations(dataset)]
    for batch_size in (1, 8):
        name = f"784-100-10, batch {batch_size}, figures"
        held.append(told(name, *with_figures(dataset, batch_size), FIGURES))
    return 0 if all(held) else 1


def told(name: str, plain: list[float], extra: list[float], target: float) -> bool:
    """Print a line of seconds without and with the extra; return whether it keeps its target."""
    ratios = [more / less for less, more in zip(plain, extra, strict=True)]
    median = statistics.median(plain)
    print(f"{name:40}{median:>10.3f}{Spread.of(ratios).columns('.2f')}   {target:.2f}", flush=True)
    return statistics.median(ratios) <= target


def turns(pair: Pair) -> tuple[list[float], list[float]]:
    """Return the seconds of epochs without the extra, and with it."""
    plain, extra = [], []
    for _ in range(PROGRAMS):
        starts = pair.plain(), pair.extra()
        for start in starts:
            timed(start)
        for _ in range(TURNS):
            plain.append(timed(starts[0]))
            extra.append(timed(starts[1]))
    return plain, extra


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
            without, with_ = (trainings(each, dataset) for each in (plain, changed))
            pairs.append(Pair(f"784-800-10, batch {batch_size}, {name}", without, with_, target))
    return pairs


def with_figures(dataset: Dataset, batch_size: int) -> tuple[list[float], list[float]]:
    """Return the seconds of epochs of 784-100-10 by their steps alone, and with figures."""
    rows = dataset.train
    some = Rows(rows.inputs[:VALIDATION_ROWS], rows.targets[:VALIDATION_ROWS])
    validated = dataclasses.replace(dataset, validation=some)
    bare, whole = [], []
    for _ in range(PROGRAMS):
        epoch = Epoch(plan(100, batch_size), validated)
        epoch.seconds()
        for _ in range(TURNS):
            steps, figures = epoch.seconds()
            bare.append(steps)
            whole.append(steps + figures)
    return bare, whole


class Epoch:
    """A run's first epoch, again and again, in a program of its own."""

    def __init__(self, each: RunPlan, dataset: Dataset) -> None:
        self._rows = ProgramCache().tensors(dataset, skip_zeros=True)
        shape = Shape.of(each, dataset, skips_zeros=self._rows.skips_zeros)
        self._program = Program(shape)
        self._program.compile(self._rows)
        self._program.let(each)
        count = len(dataset.train)
        orders = order_block(each.seed, range(1), count, shape.block, shape.batch_size)
        self._steps = shape.steps
        self._given = tf.constant(orders), tf.constant(gradient_rows(each.seed, count))

    def seconds(self) -> tuple[float, float]:
        """Return the seconds of an epoch's steps, and of its figures."""
        last = self._steps - 1
        most, one, with_figures = (
            self._call(*slice_) for slice_ in ((0, last - 1), (last - 1, last), (last, last + 1))
        )
        return most + 2 * one, with_figures - one

    def _call(self, start: int, end: int) -> float:
        began = time.perf_counter()
        self._program.slice(self._rows, *self._given, self._program.no_sums(), start, end)
        return time.perf_counter() - began


def trainings(
    each: RunPlan, dataset: Dataset, *, may_skip_zeros: bool = True
) -> Callable[[], Start]:
    """Return what makes a program, as what begins the run anew in it."""

    def program() -> Start:
        programs = ProgramCache(may_skip_zeros=may_skip_zeros)
        return lambda: Training(each, dataset, programs)

    return program


def plan(units: int, batch_size: int) -> RunPlan:
    """Return one epoch of one hidden layer."""
    network = Network(hidden_layers=[units], activation="relu")
    one = run_plan(WORKLOADS["784-100-10, batch 1"])
    return one.model_copy(update={"network": network, "batch_size": batch_size})


if __name__ == "__main__":
    sys.exit(main())
