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


def zeros(weights):
    """Return weights of the same shapes that are all zero."""
    return [np.zeros_like(array) for array in weights]


class TestClassification:
    def test_a_run_that_learnt_is_trained(self, blobs, judged):
        found = judged(blobs(), epochs=40)
        assert found.name == "trained"
        assert found.evidence["rows"] == 50
        assert found.evidence["loss"] < 0.9 * found.evidence["constant_loss"]
        assert "less, and at least 10% less is asked for" in found.reason

    def test_the_constant_answer_is_the_share_of_each_class(self, blobs, judged):
        dataset = blobs()
        shares = np.bincount(dataset.train.targets) / len(dataset.train)
        found = judged(dataset, lambda weights: [*zeros(weights)[:-1], np.log(shares)])
        assert found.name == "did_not_train"
        assert found.evidence["loss"] == pytest.approx(found.evidence["constant_loss"], rel=1e-6)
        assert found.evidence["explained"] == pytest.approx(0, abs=1e-6)
        assert found.evidence["spread"] == pytest.approx(0, abs=1e-6)

    def test_sure_of_one_class_for_every_input_is_worse_than_a_constant(self, blobs, judged):
        found = judged(blobs(), lambda weights: [*zeros(weights)[:-1], np.array([9.0, 0, 0])])
        assert found.name == "did_not_train"
        assert found.evidence["explained"] < 0
        assert "% more" in found.reason

    def test_labels_that_the_inputs_do_not_tell_did_not_train(self, blobs, judged):
        dataset = blobs(train=600)
        labels = dataset.train.targets
        labels[:] = np.random.default_rng(0).permutation(labels)
        assert judged(dataset, epochs=10).name == "did_not_train"

    def test_the_penalty_is_no_part_of_it(self, blobs, judged):
        found = judged(blobs(), epochs=40, regularizer={"l2": 1e-3})
        assert found.name == "trained"
        assert found.evidence["loss"] < found.evidence["constant_loss"]


class TestBinaryClassification:
    """One row in ten is positive, as with one digit of ten."""

    @pytest.fixture
    def rare(self):
        """Return rows whose positives lie apart."""
        random = np.random.default_rng(3)
        labels = (np.arange(1_000) % 10 == 3).astype(np.int32)
        inputs = random.standard_normal((1_000, 2)).astype(np.float32)
        inputs[labels == 1] += 3
        rows = Rows(inputs, labels)
        info = DatasetInfo("rare", "binary_classification", 2, 1, 1_000, "", {})
        return Dataset(info, rows, rows, rows, Scale(0.0, 1.0))

    def test_a_run_that_finds_the_rare_class_is_trained(self, rare, judged):
        found = judged(rare, epochs=10)
        assert found.name == "trained"
        assert found.evidence["constant_loss"] == pytest.approx(
            -(0.1 * np.log(0.1) + 0.9 * np.log(0.9))
        )

    def test_always_no_did_not_train_however_often_it_is_right(self, rare, judged):
        found = judged(rare, lambda weights: [*zeros(weights)[:-1], np.array([np.log(1 / 9)])])
        assert found.name == "did_not_train"
        assert found.evidence["spread"] == pytest.approx(0, abs=1e-6)

    def test_always_yes_did_not_train(self, blobs, judged):
        dataset = towards(blobs(), Target.model_validate({"is": [0]}))
        found = judged(dataset, lambda weights: [*weights[:-1], np.array([99.0])])
        assert found.name == "did_not_train"


class TestRegression:
    def test_a_run_that_learnt_is_trained(self, transmittance, judged):
        found = judged(transmittance(), hidden_layers=[32, 32], batch_size=2, epochs=300)
        assert found.name == "trained"
        assert found.evidence["explained"] > 0.5

    def test_the_mean_for_every_input_did_not_train(self, transmittance, judged):
        dataset = transmittance()
        mean = dataset.train.targets.mean()
        found = judged(dataset, lambda weights: [*zeros(weights)[:-1], np.array([mean])])
        assert found.name == "did_not_train"
        assert found.evidence["loss"] == pytest.approx(found.evidence["constant_loss"])
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

    def test_by_finite_weights_whose_answers_are_not(self, transmittance, judged):
        found = judged(transmittance(), lambda weights: [array + 1e30 for array in weights])
        assert found.name == "diverged"
        assert "the finished network's loss" in found.reason
