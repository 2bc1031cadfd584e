"""Dropout: its masks, its seeds, and what it leaves alone."""

import numpy as np
import pytest
import tensorflow as tf

from fitserve_core.spec import Dropout
from fitserve_workers.training import Training
from fitserve_workers.training.dropout import SeededDropout
from fitserve_workers.training.noise import Noise
from fitserve_workers.training.program import Program
from fitserve_workers.training.shape import Shape

EVERYWHERE = Dropout(rate=0.3, at=["input", "hidden", "output"])


def compiled(function):
    # TensorFlow has Threefry under XLA only.
    return tf.function(function, jit_compile=True)


class TestLayer:
    def test_leaves_a_share_out_and_scales_the_rest(self):
        noise = Noise(tf.Variable(0), places=1)
        noise.seed(3)
        layer = SeededDropout(0.2, noise, 0, "dropout")
        ones = tf.ones((4, 250))
        thinned = np.asarray(compiled(lambda: layer(ones, training=True))())
        assert set(np.unique(thinned)) == {np.float32(0), np.float32(1.25)}
        assert (thinned == 0).mean() == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 1_000))
        np.testing.assert_array_equal(np.asarray(layer(ones, training=False)), ones)

    @pytest.mark.parametrize("rate", [0.05, 0.5, 0.9])
    def test_leaves_out_as_many_as_were_asked_for(self, rate):
        noise = Noise(tf.Variable(0), places=1)
        noise.seed(4)
        layer = SeededDropout(rate, noise, 0, "dropout")
        thinned = np.asarray(compiled(lambda: layer(tf.ones((100, 1_001)), training=True))())
        error = np.sqrt(rate * (1 - rate) / thinned.size)
        assert (thinned == 0).mean() == pytest.approx(rate, abs=4 * error)
        # A word decides on four numbers.
        for place in range(4):
            share = (thinned[:, place::4] == 0).mean()
            assert share == pytest.approx(rate, abs=4 * 2 * error)


class TestTraining:
    @pytest.mark.parametrize("at", ["input", "hidden", "output"])
    def test_acts_at_the_place_that_was_asked_for(self, at, blobs, plan):
        recipe = plan(dropout=Dropout(rate=0.5, at=[at]))
        model = Program(Shape.of(recipe, blobs())).model
        kinds = [layer.name for layer in model.layers]
        hidden, output = kinds.index("hidden_1"), kinds.index("output")
        places = {"input": 0, "hidden": hidden + 1, "output": output + 1}
        assert isinstance(model.layers[places[at]], SeededDropout)
        assert len(kinds) == 3

    def test_of_the_output_thins_the_logits(self, blobs, plan):
        dataset = blobs()
        recipe = plan(dropout=Dropout(rate=0.5, at=["output"]))
        program = Program(Shape.of(recipe, dataset))
        program.let(recipe)
        thin = compiled(lambda: program.model(dataset.train.inputs, training=True))
        logits = np.asarray(thin())
        assert (logits == 0).mean() == pytest.approx(0.5, abs=0.2)

    def test_changes_training_figures_and_not_evaluation(self, blobs, plan, programs, finish):
        dataset = blobs()
        # The learning rate is so small that the weights stay where they are.
        still = {"learning_rate": 1e-12, "epochs": 1}
        (plain,) = finish(Training(plan(**still), dataset, programs))
        (thinned,) = finish(Training(plan(**still, dropout=EVERYWHERE), dataset, programs))
        assert thinned.loss != pytest.approx(plain.loss, rel=1e-3)
        assert thinned.val_loss == pytest.approx(plain.val_loss, rel=1e-6)

    def test_learns(self, blobs, plan, programs, finish):
        recipe = plan(dropout=Dropout(rate=0.2), epochs=60, hidden_layers=[32])
        assert finish(Training(recipe, blobs(), programs))[-1].val_accuracy > 0.9

    def test_runs_of_another_seed_differ_and_share_the_program(self, blobs, plan, programs, finish):
        traces = set()

        def losses(seed):
            recipe = plan(seed=seed, dropout=EVERYWHERE, epochs=2)
            figures = finish(Training(recipe, blobs(), programs))
            traces.add(programs.traces)
            return [epoch.loss for epoch in figures]

        first, other, again = losses(1), losses(2), losses(1)
        assert first == again
        assert first != other
        assert len(traces) == 1
