"""Unsupervised pre-training: autoencoders layer by layer, then the supervised epochs."""

import numpy as np

from fitserve_core.spec import Pretraining
from fitserve_workers.training import Training

RECIPE = Pretraining(epochs=30, learning_rate=0.2)


def first_epoch(training):
    """Advance until an epoch of the run itself has ended; return how many slices told nothing."""
    silent = 0
    while not training.advance():
        silent += 1
    return silent


def reconstruction_error(layer, decoder_inputs, targets):
    """The least mean squared error with which `targets` follow linearly from a layer's outputs."""
    outputs = np.asarray(layer(decoder_inputs))
    design = np.hstack([outputs, np.ones((len(outputs), 1))])
    solution, *_ = np.linalg.lstsq(design, targets, rcond=None)
    return float(np.mean((design @ solution - targets) ** 2))


class TestPretraining:
    def test_comes_before_the_epochs_and_is_none_of_them(self, blobs, plan, programs):
        training = Training(plan(hidden_layers=[6, 4], pretraining=RECIPE), blobs(), programs)
        assert first_epoch(training) >= 2
        assert training.last.epoch <= 3

    def test_the_same_seed_gives_the_same_weights(self, blobs, plan, programs, finish):
        def weights(seed):
            recipe = plan(hidden_layers=[6, 4], pretraining=RECIPE, seed=seed)
            training = Training(recipe, blobs(), programs)
            finish(training)
            return training.model.get_weights()

        for first, other, again in zip(weights(1), weights(2), weights(1), strict=True):
            np.testing.assert_array_equal(first, again)
            assert not np.array_equal(first, other)

    def test_a_layer_can_be_decoded_better_than_before(self, blobs, plan, programs):
        dataset = blobs()
        knobs = {"hidden_layers": [2], "activation": "tanh"}
        inputs = dataset.train.inputs
        fresh = Training(plan(**knobs), dataset, programs)
        before = reconstruction_error(fresh.model.get_layer("hidden_1"), inputs, inputs)
        training = Training(
            plan(**knobs, pretraining=Pretraining(epochs=200), learning_rate=0.5, epochs=1),
            dataset,
            programs,
        )
        stack = training.pretraining
        while not stack.finished:
            training.advance()
        layer = training.model.get_layer("hidden_1")
        assert reconstruction_error(layer, inputs, inputs) < before
        losses = [epoch.loss for epoch in stack.figures[0]]
        assert losses[-1] < losses[0] / 2

    def test_a_resumed_run_is_not_pretrained_again(
        self, blobs, plan, programs, finish, shortest_slices, tmp_path
    ):
        recipe = plan(hidden_layers=[6, 4], pretraining=RECIPE, epochs=60)
        first = Training(recipe, blobs(), programs)
        with shortest_slices():
            first_epoch(first)
        assert not first.finished
        first.save(tmp_path / "checkpoint.npz")
        undisturbed = Training(recipe, blobs(), programs)
        figures = finish(undisturbed)
        weights = undisturbed.model.get_weights()
        second = Training(recipe, blobs(), programs)
        second.restore(tmp_path / "checkpoint.npz")
        done = second.epoch
        rest = finish(second)
        assert [epoch.loss for epoch in rest] == [epoch.loss for epoch in figures[done:]]
        for received, expected in zip(second.model.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(received, expected)

    def test_shares_compiled_programs_with_later_runs(self, blobs, plan, programs, finish):
        traces = set()
        for seed in (1, 2):
            finish(Training(plan(pretraining=RECIPE, seed=seed), blobs(), programs))
            traces.add((programs.traces, programs.inner.traces))
        assert len(traces) == 1
