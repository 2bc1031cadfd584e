"""Batch normalisation: as Keras trains it, with the sheet's numbers of parameters."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from fitserve_core.spec import Dropout, Network
from fitserve_workers.training import Training
from fitserve_workers.training.network import build_model
from fitserve_workers.training.noise import Noise
from support.twins import assert_as_keras_fits


class TestBatchNormalization:
    def test_trains_as_keras_does(self, blobs, plan, programs):
        dataset = blobs(train=102)
        recipe = plan(
            hidden_layers=[8, 6], batch_normalization=True, learning_rate=0.01, batch_size=8
        )
        training = Training(recipe, dataset, programs)
        assert_as_keras_fits(recipe, training, dataset, keras.optimizers.SGD(0.01))
        moving_means = training.model.layers[1].moving_mean
        assert np.abs(np.asarray(moving_means)).max() > 0.01

    def test_stands_after_dense_and_dropout(self, blobs, plan, programs):
        recipe = plan(batch_normalization=True, dropout=Dropout(rate=0.2))
        model = Training(recipe, blobs(), programs).model
        kinds = [type(layer).__name__ for layer in model.layers]
        assert kinds == ["Dense", "SeededDropout", "BatchNormalization", "Dense"]

    def test_a_later_run_of_the_program_begins_afresh(self, blobs, plan, programs, finish):
        recipe = plan(batch_normalization=True)
        first = finish(Training(recipe, blobs(), programs))
        again = finish(Training(recipe, blobs(), programs))
        assert [epoch.val_loss for epoch in again] == [epoch.val_loss for epoch in first]


class TestParameters:
    @pytest.mark.parametrize(
        ("network", "parameters", "trainable"),
        [
            (Network(hidden_layers=[50]), 39_760, 39_760),
            (Network(hidden_layers=[100]), 79_510, 79_510),
            (Network(hidden_layers=[100, 100], batch_normalization=True), 90_410, 90_010),
        ],
    )
    def test_are_the_sheets_and_kerass(self, network, parameters, trainable):
        assert network.parameters(784, 10) == parameters
        assert network.trainable_parameters(784, 10) == trainable
        model = build_model(network, 784, 10, Noise(tf.Variable(0), places=4))
        assert model.count_params() == parameters
        assert sum(weights.shape.num_elements() for weights in model.trainable_weights) == trainable
