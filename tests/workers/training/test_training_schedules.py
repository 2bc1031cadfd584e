"""Schedules of the learning rate: as Keras has them, and recorded for every epoch."""

import keras
import pytest

from fitserve_core.spec import CosineDecay, ExponentialDecay
from fitserve_workers.training import Training
from support.twins import assert_as_keras_fits

schedules = keras.optimizers.schedules

# 26 steps an epoch; the last one of the first epoch is step 25.
CASES = {
    "exponential": (
        ExponentialDecay(name="exponential_decay", decay_steps=10, decay_rate=0.5),
        schedules.ExponentialDecay(0.05, 10, 0.5),
        0.05 * 0.5**2.5,
    ),
    "staircase": (
        ExponentialDecay(name="exponential_decay", decay_steps=10, decay_rate=0.5, staircase=True),
        schedules.ExponentialDecay(0.05, 10, 0.5, staircase=True),
        0.05 * 0.5**2,
    ),
    "cosine": (
        CosineDecay(name="cosine_decay", decay_steps=50, alpha=0.1),
        schedules.CosineDecay(0.05, 50, alpha=0.1),
        0.05 * 0.55,
    ),
}


class TestSchedule:
    @pytest.mark.parametrize("name", CASES)
    def test_trains_as_keras_does(self, name, blobs, plan, programs):
        ours, theirs, after_one = CASES[name]
        dataset = blobs(train=102)
        recipe = plan(schedule=ours, learning_rate=0.05, epochs=2)
        training = Training(recipe, dataset, programs)
        figures = assert_as_keras_fits(
            recipe, training, dataset, keras.optimizers.SGD(learning_rate=theirs)
        )
        assert figures[0].learning_rate == pytest.approx(after_one, rel=1e-5)
        assert figures[1].learning_rate == pytest.approx(float(theirs(51)), rel=1e-5)

    def test_initial_rates_share_a_program(self, blobs, plan, programs, finish):
        schedule, _, _ = CASES["exponential"]
        traces = set()
        for rate in (0.01, 0.1):
            recipe = plan(schedule=schedule, learning_rate=rate, epochs=1)
            (only,) = finish(Training(recipe, blobs(train=102), programs))
            assert only.learning_rate == pytest.approx(rate * 0.5**2.5, rel=1e-5)
            traces.add(programs.traces)
        assert len(traces) == 1
