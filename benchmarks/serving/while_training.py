"""Latencies of predictions while training fills the machine, beside a quiet service's.

One whole service, as `fitserve up` starts it, takes load in turns: with a run in training on every
slot, and quiet. Nothing is kept on a core: load and training meet as they would.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.serving.load import Body, Load, put_load
from benchmarks.serving.models import keep_models, own_settings
from benchmarks.serving.works import works
from benchmarks.shared.processes import ContenderError
from benchmarks.shared.results import Entry, Measurement, Results
from benchmarks.shared.samples import Mark, Spread
from fitserve import Client
from fitserve_service.stack import Stack

CONNECTIONS = 16
ROUNDS = 5
SECONDS = 2.0
SLOWEST = 5.0  # times the quiet 99th percentile
BEGIN_WITHIN_SECONDS = 60.0
TRAINING = "training on every slot"
QUIET = "quiet"
# It would train for hours, and weights of 4 MB pass through the caches with each step.
SPEC: dict[str, Any] = {
    "dataset": "eckerle4",
    "network": {"hidden_layers": [1000, 1000]},
    "training": {"learning_rates": [1e-6], "epochs": 10_000, "batch_size": 1},
}


def main() -> int:
    """Measure, store and print; return 1 if the mark is missed."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keep_models(folder)
        loads = in_turns(folder, works()["numbers"].bodies["fitserve"], asked.rounds)
    at = f"one digit as JSON numbers, {CONNECTIONS} connections, while training"
    note = f"{SECONDS:g} s of load a sample"
    latency = Measurement(
        f"{at}: p99",
        "ms",
        [Entry(name, [one.p99 for one in seen]) for name, seen in loads.items()],
        note,
    )
    rate = Measurement(
        at,
        "requests/s",
        [Entry(name, [one.rate for one in seen]) for name, seen in loads.items()],
        note,
    )
    mark = Mark(latency.name, f"≤ {SLOWEST:g} × quiet", TRAINING, SLOWEST, "at most", QUIET)
    for measured in (rate, latency):
        print(f"{measured.name}, {measured.unit}")
        for entry in measured.entries:
            print(f"  {entry.name:<30}{Spread.of(entry.samples).columns(',.2f')}")
    found = Spread.of_ratio(latency.samples(TRAINING), latency.samples(QUIET))
    print(f"  {mark.words:<30}{found.columns('.2f')}   {mark.holds(found.median)}")
    if asked.keep:
        results = Results("while-training")
        results.add(rate, [])
        results.add(latency, [mark])
    return 0 if mark.holds(found.median) else 1


def in_turns(folder: Path, body: Body, rounds: int) -> dict[str, list[Load]]:
    """Put load on a service in turns, with a run in training on every slot and with none."""
    loads: dict[str, list[Load]] = {TRAINING: [], QUIET: []}
    settings = own_settings(folder).model_copy(update={"port": 0})
    with Stack(settings) as stack, Client(stack.url) as client:
        for number in range(1 + rounds):  # the first one only warms up
            with in_training(client, settings.slots):
                trained = put_load(stack.url, body, folder, CONNECTIONS, SECONDS, None)
            quiet = put_load(stack.url, body, folder, CONNECTIONS, SECONDS, None)
            if number:
                loads[TRAINING].append(trained)
                loads[QUIET].append(quiet)
    return loads


@contextmanager
def in_training(client: Client, slots: int) -> Iterator[None]:
    """Train on every slot while the context is open, all past loading and compiling.

    Raises:
        ContenderError: not all of them began in time.
    """
    experiment = client.experiments.create(**SPEC, repetitions=slots)
    try:
        deadline = time.monotonic() + BEGIN_WITHIN_SECONDS
        while not all(run.epochs for run in experiment.metrics().runs):
            if time.monotonic() > deadline:
                raise ContenderError(f"{slots} runs did not begin in {BEGIN_WITHIN_SECONDS:g} s")
            time.sleep(0.2)
        yield
    finally:
        experiment.cancel()
        time.sleep(2.0)  # slots look twice a second whether they were cancelled


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
