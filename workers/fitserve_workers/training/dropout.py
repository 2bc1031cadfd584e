"""Dropout whose masks depend on nothing but the run's seed, the step, and the place."""

from typing import Any

import keras
import tensorflow as tf

from fitserve_core.seeds import part_seed
from fitserve_workers.training.keys import DROPOUT


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
        seed = tf.stack([self._seeds[place], tf.cast(self._step, tf.int64)])
        # Threefry exists under XLA only. Keras's own dropout draws 15 times slower on a CPU.
        return tf.random.stateless_uniform(shape, seed, alg="threefry")


class SeededDropout(keras.layers.Layer):  # type: ignore[misc]
    """Inverted dropout: while training, a share `rate` is zero and the rest divided by 1 − rate.

    Source: Srivastava et al., 2014.
    """

    def __init__(self, rate: float, noise: Noise, place: int, name: str) -> None:
        super().__init__(name=name)
        self.rate = rate
        self._noise = noise
        self._place = place

    def call(self, inputs: Any, *, training: bool | None = None) -> Any:
        """Return `inputs`, thinned out while training."""
        if not training:
            return inputs
        kept = self._noise.uniform(self._place, tf.shape(inputs)) >= self.rate
        return tf.where(kept, inputs / (1 - self.rate), tf.zeros_like(inputs))
