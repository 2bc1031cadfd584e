"""Norms of the layers' gradients, told with every epoch."""

import numpy as np
import pytest
import tensorflow as tf

from fitserve_core.spec import EarlyStopping, Lbfgs, Regularizer
from fitserve_workers.training import Training


def norms_by_keras(training, dataset, penalty=0.0):
    """What a GradientTape over the whole training set gives, layer by layer."""
    model = training.model
    with tf.GradientTape() as tape:
        error = model(dataset.train.inputs, training=False) - dataset.train.targets
        loss = tf.reduce_mean(tf.square(error))
        loss += penalty * sum(
            tf.reduce_sum(tf.square(weight)) for weight in model.trainable_weights
        )
    gradients = tape.gradient(loss, model.trainable_weights)
    return [
        float(np.sqrt(np.sum(kernel**2) + np.sum(bias**2)))
        for kernel, bias in zip(gradients[::2], gradients[1::2], strict=True)
    ]


class TestGradientNorms:
    def test_are_of_the_weights_at_the_epochs_end(self, transmittance, plan, programs, finish):
        dataset = transmittance()
        training = Training(plan(hidden_layers=[6, 4]), dataset, programs)
        epochs = finish(training)
        # Eckerle4's 21 rows are all in the sample.
        assert epochs[-1].gradient_norms == pytest.approx(
            norms_by_keras(training, dataset), rel=1e-4
        )
        assert len({tuple(epoch.gradient_norms) for epoch in epochs}) == len(epochs)

    def test_are_of_what_is_minimised(self, transmittance, plan, programs, finish):
        dataset = transmittance()
        recipe = plan(regularizer=Regularizer(l2=0.01))
        training = Training(recipe, dataset, programs)
        epochs = finish(training)
        expected = norms_by_keras(training, dataset, penalty=0.01)
        assert epochs[-1].gradient_norms == pytest.approx(expected, rel=1e-4)

    def test_of_lbfgs_are_of_its_own_gradient(self, transmittance, plan, programs, finish):
        dataset = transmittance()
        recipe = plan(
            optimizer=Lbfgs(name="lbfgs"),
            learning_rate=None,
            batch_size=None,
            epochs=5,
            activation="tanh",
        )
        training = Training(recipe, dataset, programs)
        epochs = finish(training)
        expected = norms_by_keras(training, dataset)
        assert epochs[-1].gradient_norms == pytest.approx(expected, rel=1e-3)

    def test_vanish_in_a_deep_sigmoid_network(self, blobs, plan, programs, finish):
        recipe = plan(hidden_layers=[8] * 6, activation="sigmoid", epochs=1)
        [epoch] = finish(Training(recipe, blobs(train=48, validation=0), programs))
        norms = epoch.gradient_norms
        assert norms == sorted(norms)
        assert norms[0] < norms[-1] / 1_000

    def test_a_resumed_run_tells_the_same(self, blobs, plan, programs, finish, tmp_path):
        # With early stopping no slice spans epochs: the run can be saved within.
        recipe = plan(epochs=4, early_stopping=EarlyStopping(patience=9))
        whole = finish(Training(recipe, blobs(), programs))
        first = Training(recipe, blobs(), programs)
        told = []
        while not told:
            told = first.advance()
        first.save(tmp_path / "checkpoint.npz")
        second = Training(recipe, blobs(), programs)
        second.restore(tmp_path / "checkpoint.npz")
        rest = finish(second)
        assert len(rest) == 3
        assert [e.gradient_norms for e in told + rest] == [e.gradient_norms for e in whole]
