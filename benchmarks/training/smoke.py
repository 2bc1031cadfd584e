"""This project's training program against Keras `fit` as it comes, in one process on one core.

784-100-10, SGD, batch size 1, on rows shaped like MNIST's (19 % of the pixels are not zero). First
both train on the same few rows in the same order from the same weights, and their losses must
agree. Then they take turns: ours over as many rows as MNIST trains on, which no cache holds; Keras
over the few, or it would take half a minute a turn. Compiling is left out of both. The ratio is
Keras's time per step over ours.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import keras
import numpy as np

from benchmarks.shared.samples import Spread
from benchmarks.training.digits import ROWS, first_rows, synthetic_digits
from fitserve_core.datasets.dataset import Dataset
from fitserve_core.spec import Network, RunPlan, Sgd, Split
from fitserve_workers.training import ProgramCache, Training, configure_tensorflow
from fitserve_workers.training.orders import epoch_order

KERAS_ROWS = 1_500
TURNS = 7
TARGET = 50.0
LEARNING_RATE = 0.01


def main() -> int:
    """Print the table; return 1 if the losses disagree or the ratio misses its target."""
    configure_tensorflow()
    many = synthetic_digits()
    few = first_rows(many, KERAS_ROWS)
    plan, programs = run_plan(), ProgramCache()
    training = Training(plan, few, programs)
    twin = keras.models.clone_model(training.model)
    initial = training.model.get_weights()
    keras_loss = keras_turn(twin, initial, few, plan)
    our_loss = training_turn(training)
    training_turn(Training(plan, many, programs))
    pairs = []
    for _ in range(TURNS):
        theirs = timed(partial(keras_turn, twin, initial, few, plan)) / KERAS_ROWS
        again = Training(plan, many, programs)
        ours = timed(partial(training_turn, again)) / ROWS
        pairs.append((theirs, ours))
    ratios = [theirs / ours for theirs, ours in pairs]
    report(pairs, ratios, keras_loss, our_loss)
    agree = abs(keras_loss - our_loss) < 1e-5
    return 0 if agree and statistics.median(ratios) >= TARGET else 1


def run_plan() -> RunPlan:
    """Return the run that both train."""
    return RunPlan(
        dataset="mnist",
        network=Network(hidden_layers=[100], activation="relu"),
        optimizer=Sgd(name="sgd"),
        learning_rate=LEARNING_RATE,
        batch_size=1,
        epochs=1,
        seed=0,
        split=Split(),
        scaling="train",
    )


def keras_turn(
    model: keras.Model, initial: list[np.ndarray], dataset: Dataset, plan: RunPlan
) -> float:
    """Train one epoch with Keras; return its loss."""
    order = epoch_order(plan.seed, 0, len(dataset.train))
    model.set_weights(initial)
    if not model.compiled:
        model.compile(
            optimizer=keras.optimizers.SGD(LEARNING_RATE),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
    inputs, targets = dataset.train.inputs[order], dataset.train.targets[order]
    history = model.fit(inputs, targets, batch_size=1, shuffle=False, verbose=0)
    return float(history.history["loss"][0])


def training_turn(training: Training) -> float:
    """Train the one epoch with this project's program; return its loss."""
    figures = []
    while not training.finished:
        figures += training.advance()
    assert figures[0].loss is not None
    return figures[0].loss


def timed(turn: Callable[[], object]) -> float:
    """Return the seconds that `turn` took."""
    began = time.perf_counter()
    turn()
    return time.perf_counter() - began


def report(
    pairs: list[tuple[float, float]], ratios: list[float], keras_loss: float, our_loss: float
) -> None:
    """Print medians and ranges in microseconds a step, and the ratio."""
    print(f"784-100-10, SGD, batch size 1, one core; {TURNS} turns each, interleaved")
    print(f"{'':24}{'steps a turn':>14}{'median':>12}{'least':>10}{'most':>10}")
    theirs, ours = ([1e6 * turn for turn in side] for side in zip(*pairs, strict=True))
    for name, steps, side in (
        ("Keras fit, µs a step", KERAS_ROWS, theirs),
        ("fitserve, µs a step", ROWS, ours),
    ):
        print(f"{name:24}{steps:>14,}{Spread.of(side).columns('.2f')}")
    print(f"{'ratio':24}{'':>14}{Spread.of(ratios).columns('.1f')}   target: at least {TARGET:.0f}")
    print(f"loss over the same rows: Keras {keras_loss:.6f}, fitserve {our_loss:.6f}")


if __name__ == "__main__":
    sys.exit(main())
