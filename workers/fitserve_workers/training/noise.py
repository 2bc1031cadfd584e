"""Random numbers that depend on nothing but a run's seed, the step, and the place."""

from typing import Any

import tensorflow as tf
from tensorflow.compiler.tf2xla.python.xla import dynamic_update_slice

from fitserve_core.seeds import part_seed
from fitserve_workers.training.keys import DROPOUT

# A loop of a single turn would be none to XLA.
TURNS = 2
# As many words as a core draws side by side: those left over it would draw one by one.
TOGETHER = 4


class Noise:
    """Uniform random numbers of each step of a run, for each place in the network.

    A resumed run needs no state of it: the step is the optimizer's own counter, which is part of a
    checkpoint.

    Args:
        step: the optimizer's variable that counts the run's steps.
        places: how many places there are, with or without dropout.
        key: which part of a run its numbers belong to.
    """

    def __init__(self, step: Any, places: int, key: int = DROPOUT) -> None:
        self._step = step
        self._key = key
        self._seeds = tf.Variable(tf.zeros(places, tf.int64), trainable=False)

    def seed(self, seed: int) -> None:
        """Let the numbers of the run with `seed` begin."""
        places = range(self._seeds.shape[0])
        self._seeds.assign([part_seed(seed, self._key, place) for place in places])

    def uniform(self, place: int, shape: Any) -> Any:
        """Return float32 numbers from 0 to 1, the same for the same seed, step and place."""
        return _drawn(shape, self._seeds[place], tf.cast(self._step, tf.int64))

    def words(self, place: int, rows: int, count: int) -> Any:
        """Return uint64 numbers of random bits, (rows, `count` or a few more), likewise."""
        together = -(-count // (TURNS * TOGETHER)) * TOGETHER
        first = TURNS * tf.cast(self._step, tf.int64)

        def more(turn: Any, words: Any) -> tuple[Any, Any]:
            step = first + tf.cast(turn, tf.int64)
            # Two of Threefry's numbers make a word. Numbers of 32 bits XLA puts in order one by
            # one, and then a core cannot draw them side by side.
            bits = {"minval": None, "maxval": None, "dtype": tf.uint64}
            drawn = _drawn((rows, together), self._seeds[place], step, **bits)
            return turn + 1, dynamic_update_slice(words, drawn, [0, turn * together])

        # Out of a loop come numbers in memory. Else XLA draws them anew wherever one is used.
        nothing = tf.zeros((rows, TURNS * together), tf.uint64)
        _, words = tf.while_loop(lambda turn, _: turn < TURNS, more, [tf.constant(0), nothing])
        return words


def _drawn(shape: Any, seed: Any, step: Any, **bits: Any) -> Any:
    # Threefry exists under XLA only. Keras's own dropout draws 15 times slower on a CPU.
    return tf.random.stateless_uniform(shape, tf.stack([seed, step]), alg="threefry", **bits)
