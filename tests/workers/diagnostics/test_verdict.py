"""What a finished run is worth, and why."""

import numpy as np
import pytest

from fitserve_workers.diagnostics import verdict
from fitserve_workers.training import Training


@pytest.fixture
def judged(plan, programs, finish):
    """Return a function that trains, changes the weights if told how, and judges."""

    def _judged(dataset, change=None, **recipe):
        training = Training(plan(**recipe), dataset, programs)
        finish(training)
        if change is not None:
            training.model.set_weights(change(training.model.get_weights()))
        return verdict(training, dataset)

    return _judged


def constant(weights):
    """Let the output layer answer with its bias alone."""
    return [*weights[:-2], np.zeros_like(weights[-2]), np.arange(weights[-1].size)]


class TestClassification:
    def test_a_run_that_learnt_is_trained(self, blobs, judged):
        found = judged(blobs(), epochs=40)
        assert found.name == "trained"
        assert found.evidence["rows"] == 21
        assert found.evidence["accuracy"] > found.evidence["accuracy_needed"]

    def test_one_class_for_every_input_did_not_train(self, blobs, judged):
        found = judged(blobs(), constant)
        assert found.name == "did_not_train"
        assert found.evidence["largest_predicted_share"] == 1
        assert "one class got 100.0%" in found.reason

    def test_several_classes_at_random_did_not_train(self, blobs, judged):
        dataset = blobs(validation=600)
        labels = dataset.validation.targets
        dataset.validation.targets[:] = np.random.default_rng(0).permutation(labels)
        found = judged(dataset, epochs=40)
        assert found.name == "did_not_train"
        assert found.evidence["largest_predicted_share"] < 0.99
        assert "chance" in found.reason

    def test_is_judged_on_training_rows_where_no_others_are(self, blobs, judged):
        found = judged(blobs(validation=0), epochs=40)
        assert found.name == "trained"
        assert found.evidence["rows"] == 50


class TestRegression:
    def test_a_run_that_learnt_is_trained(self, transmittance, judged):
        found = judged(transmittance(), hidden_layers=[32, 32], batch_size=2, epochs=300)
        assert found.name == "trained"
        assert found.evidence["explained_variance"] > 0.5

    def test_one_value_for_every_input_did_not_train(self, transmittance, judged):
        found = judged(transmittance(), constant)
        assert found.name == "did_not_train"
        assert found.evidence["spread"] == 0

    def test_nearly_one_value_did_not_train(self, transmittance, judged):
        dataset = transmittance()
        mean = dataset.train.targets.mean()

        def flattened(weights):
            return [*weights[:-2], 0.03 * weights[-2], np.array([mean])]

        found = judged(dataset, flattened, hidden_layers=[32, 32], batch_size=2, epochs=300)
        assert found.name == "did_not_train"
        assert 0 < found.evidence["spread"] < 0.05


class TestDiverged:
    def test_by_its_loss(self, transmittance, judged):
        found = judged(transmittance(), activation="linear", learning_rate=1_000.0, epochs=500)
        assert found.name == "diverged"
        assert 1 <= found.evidence["epoch"] < 500
        assert "the loss" in found.reason

    def test_by_a_weight_that_the_last_step_broke(self, blobs, judged):
        found = judged(blobs(), lambda weights: [weights[0] * np.inf, *weights[1:]])
        assert found.name == "diverged"
        assert found.evidence["epoch"] == 3
        assert "a weight" in found.reason
