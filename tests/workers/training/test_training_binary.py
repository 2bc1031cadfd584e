"""A yes-or-no question about labels: its loss by hand, and training against Keras's own `fit`."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fitserve_core.datasets.binary import towards
from fitserve_core.spec import Adam, Target
from fitserve_workers.training import Training
from fitserve_workers.training.tasks import TASKS
from support.twins import assert_as_keras_fits

FIRST = Target.model_validate({"is": [0]})
SECOND = Target.model_validate({"is": [1]})


class TestLoss:
    def test_is_the_cross_entropy_and_the_sign_decides(self):
        logits = np.array([[0.0], [np.log(3)], [np.log(3)], [-np.log(4)]], np.float32)
        labels = np.array([1, 1, 0, 0], np.int32)
        loss, hit = TASKS["binary_classification"].of_rows(tf.constant(logits), tf.constant(labels))
        # The probabilities are 1/2, 3/4, 3/4 and 1/5; a logit of 0 is no yes.
        np.testing.assert_allclose(loss, -np.log([1 / 2, 3 / 4, 1 / 4, 4 / 5]), rtol=1e-6)
        np.testing.assert_array_equal(hit, [0, 1, 0, 1])

    def test_stays_finite_where_a_probability_rounds_to_0_or_1(self):
        logits = tf.constant([[1_000.0], [1_000.0], [-1_000.0], [-1_000.0]])
        labels = tf.constant([1, 0, 1, 0])
        with tf.GradientTape() as tape:
            tape.watch(logits)
            loss, _ = TASKS["binary_classification"].of_rows(logits, labels)
        np.testing.assert_array_equal(loss, [0, 1_000, 1_000, 0])
        np.testing.assert_array_equal(tape.gradient(loss, logits)[:, 0], [0, 1, -1, 0])


class TestAgainstKerasFit:
    @pytest.mark.parametrize(
        ("recipe", "theirs"),
        [
            ({}, keras.optimizers.SGD(0.05)),
            ({"optimizer": Adam(name="adam"), "learning_rate": 0.01}, keras.optimizers.Adam(0.01)),
        ],
        ids=["sgd", "adam"],
    )
    def test_same_rows_give_the_same_weights(self, recipe, theirs, blobs, plan, programs):
        dataset = towards(blobs(train=102), FIRST)
        recipe = plan(**recipe, hidden_layers=[6, 5], activation="tanh", epochs=2)
        training = Training(recipe, dataset, programs)
        figures = assert_as_keras_fits(recipe, training, dataset, theirs)
        assert 0 < figures[-1].accuracy < 1


class TestFinalFigures:
    def test_are_those_of_labels(self, blobs, plan, programs, finish):
        dataset = towards(blobs(test=1_300), FIRST)
        training = Training(plan(epochs=30), dataset, programs)
        last = finish(training)[-1]
        final = training.final_figures()
        logits = np.asarray(training.model(dataset.test.inputs), np.float64)
        assert logits.shape == (1_300, 1)
        probability = 1 / (1 + np.exp(-logits[:, 0]))
        positive = dataset.test.targets == 1
        loss = -np.mean(np.log(np.where(positive, probability, 1 - probability)))
        assert final["test_loss"] == pytest.approx(loss, rel=1e-5)
        assert final["test_accuracy"] == np.mean((logits[:, 0] > 0) == positive)
        assert final["val_accuracy"] == last.val_accuracy > 0.9
        assert "test_mse" not in final


class TestPrograms:
    def test_targets_share_a_program_and_their_inputs(self, blobs, plan, programs):
        whole = blobs()
        held, traces = [], set()
        for target in (FIRST, SECOND):
            dataset = towards(whole, target)
            Training(plan(), dataset, programs)
            held.append(programs.tensors(dataset))
            traces.add(programs.traces)
        first, second = held
        assert len(traces) == 1
        assert first.train[0] is second.train[0]
        np.testing.assert_array_equal(first.train[1], whole.train.targets == 0)
        np.testing.assert_array_equal(second.train[1], whole.train.targets == 1)

    def test_other_rows_are_not_taken_for_those_of_before(self, blobs, fresh_programs):
        for rows in (40, 30):
            dataset = blobs(train=rows)
            inputs, targets = fresh_programs.tensors(dataset).train
            np.testing.assert_array_equal(inputs, dataset.train.inputs)
            np.testing.assert_array_equal(targets, dataset.train.targets)
