"""What a finished run is worth, and why."""

import numpy as np
import pytest

from fitserve_core.datasets.binary import towards
from fitserve_core.datasets.dataset import Dataset, Rows, Scale
from fitserve_core.datasets.registry import DatasetInfo
from fitserve_core.spec import Target
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


class TestBinaryClassification:
    """One row in ten is positive, as with one digit of ten."""

    @pytest.fixture
    def rare(self):
        """Return a maker of rows whose positives lie apart, or are drawn without a look at them."""

        def _make(learnable):
            random = np.random.default_rng(3)
            labels = (np.arange(1_000) % 10 == 3).astype(np.int32)
            inputs = random.standard_normal((1_000, 2)).astype(np.float32)
            if learnable:
                inputs[labels == 1] += 3
            rows = Rows(inputs, labels)
            info = DatasetInfo("rare", "binary_classification", 2, 1, 1_000, "", {})
            return Dataset(info, rows, rows, rows, Scale(0.0, 1.0))

        return _make

    def test_a_run_that_finds_the_rare_class_is_trained(self, rare, judged):
        found = judged(rare(learnable=True), epochs=10)
        assert found.name == "trained"
        assert 0.85 < found.evidence["largest_predicted_share"] < 0.95
        assert found.evidence["accuracy"] > found.evidence["accuracy_needed"] > 0.9

    def test_always_no_did_not_train_however_often_it_is_right(self, rare, judged):
        found = judged(rare(learnable=True), lambda weights: [*weights[:-1], np.array([-99.0])])
        assert found.name == "did_not_train"
        assert found.evidence["accuracy"] == 0.9
        assert "one class got 100.0%" in found.reason

    def test_a_few_wild_guesses_did_not_train(self, rare, judged):
        def guessing(weights):
            """Let the first unit answer yes where the first input is large."""
            kernels = [np.zeros_like(array) for array in weights]
            kernels[0][0, 0], kernels[2][0, 0], kernels[3][0] = 1, 1, -2
            return kernels

        found = judged(rare(learnable=False), guessing)
        assert found.name == "did_not_train"
        assert found.evidence["largest_predicted_share"] < 0.99
        assert 0.85 < found.evidence["accuracy"] < found.evidence["accuracy_needed"]
        assert "most frequent class alone gives 90.00%" in found.reason

    def test_always_yes_did_not_train(self, blobs, judged):
        dataset = towards(blobs(), Target.model_validate({"is": [0]}))
        found = judged(dataset, lambda weights: [*weights[:-1], np.array([99.0])])
        assert found.name == "did_not_train"


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
