"""What the training program is to reach on each workload."""

from collections.abc import Iterator, Sequence

from benchmarks.shared.samples import Mark
from benchmarks.training.contenders import (
    DENSE_LOOP,
    FITSERVE,
    JAX_SCAN,
    KERAS_BEST,
    KERAS_FIT,
    TORCH_EAGER,
    WITHOUT_DROPOUT,
    Entrant,
)
from benchmarks.training.workloads import Workload

# By workload: how many times as fast as which contender.
AS_FAST = {
    "784-100-10, batch 1": {KERAS_FIT: 60.0, KERAS_BEST: 10.0, TORCH_EAGER: 15.0},
    "784-1000-10, batch 8": {KERAS_FIT: 5.0},
}
# How many times the contender's time at most.
AT_MOST = {
    "784-100-10, batch 1": {JAX_SCAN: 1.1, DENSE_LOOP: 1.1},
    "784-1000-10, batch 1": {DENSE_LOOP: 0.5},
    "784-1000-10, batch 8": {JAX_SCAN: 1.1},
    "784-1000-10, batch 8, dropout": {WITHOUT_DROPOUT: 1.3},
}


def marks(workload: Workload, entrants: Sequence[Entrant]) -> Iterator[Mark]:
    """Yield a workload's own marks, and that it is no slower than any peer."""
    name = workload.name
    for other, times in AS_FAST.get(name, {}).items():
        words = f"at least {times:g} × as fast as {other}"
        yield Mark(name, words, other, times, "at least", FITSERVE)
    at_most = AT_MOST.get(name, {})
    for other, times in at_most.items():
        words = f"at most {times:g} × the time of {other}"
        yield Mark(name, words, FITSERVE, times, "at most", other)
    for entrant in entrants:
        if entrant.floor or entrant.name.startswith(FITSERVE):
            continue
        words = f"no slower than {entrant.name}"
        yield Mark(name, words, FITSERVE, 1.0, "at most", entrant.name)
