"""A run's random numbers: what they depend on, and how they are distributed."""

import numpy as np
import pytest
import tensorflow as tf

from fitserve_workers.training.noise import Noise


def of_noise(draw, seed=1, step=0, place=0):
    noise = Noise(tf.Variable(step), places=3)
    noise.seed(seed)
    # TensorFlow has Threefry under XLA only.
    return np.asarray(tf.function(lambda: draw(noise, place), jit_compile=True)())


def uniform(**which):
    return of_noise(lambda noise, place: noise.uniform(place, (4, 250)), **which)


def words(**which):
    return of_noise(lambda noise, place: noise.words(place, 4, 250), **which)


class TestNoise:
    @pytest.mark.parametrize("draw", [uniform, words])
    def test_depends_on_seed_step_and_place_alone(self, draw):
        np.testing.assert_array_equal(draw(), draw())
        for other in (draw(seed=2), draw(step=1), draw(place=1)):
            assert (draw() != other).mean() > 0.99

    def test_is_uniform(self):
        drawn = uniform()
        assert drawn.min() >= 0
        assert drawn.max() < 1
        # 1,000 numbers: a mean of 0.5 within 4 standard errors of 1/√12,000.
        assert drawn.mean() == pytest.approx(0.5, abs=4 / np.sqrt(12_000))

    def test_fills_words_with_bits(self):
        drawn = words()
        assert len(drawn) == 4
        assert drawn.shape[1] >= 250
        assert len(np.unique(drawn)) == drawn.size
        ones = np.unpackbits(drawn.view(np.uint8).reshape(-1, 8), axis=1).mean(axis=0)
        # Each of 64 means of 1,000 bits: 0.5 within 5 standard errors.
        np.testing.assert_allclose(ones, 0.5, atol=5 * 0.5 / np.sqrt(drawn.size))

    def test_shares_no_words_between_steps(self):
        # A step takes several draws: the next one must not begin among them.
        drawn = np.concatenate([words(step=step).ravel() for step in range(3)])
        assert len(np.unique(drawn)) == len(drawn)
