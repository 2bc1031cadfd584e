"""Seeds of runs, derived from the experiment's, and of the parts of a run, derived from its own."""

import numpy as np


def run_seed(experiment_seed: int, cell: int, repetition: int) -> int:
    """Return the seed of one run, below 2**53 so that JSON carries it exactly.

    It depends on nothing but its arguments, so that repetitions added later change none before.
    Source: NumPy's `SeedSequence` spawning, whose children are keyed by position.
    """
    return _word(np.random.SeedSequence(experiment_seed, spawn_key=(cell, repetition)))


def part_seed(seed: int, *key: int) -> int:
    """Return the seed of one part of a run (a layer's kernel, say), below 2**31."""
    return int(np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint32)[0] >> 1)


def generator(seed: int, *key: int) -> np.random.Generator:
    """Return the random generator of one part of a run (an epoch's order, say)."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def _word(sequence: np.random.SeedSequence) -> int:
    return int(sequence.generate_state(1, np.uint64)[0] >> 11)
