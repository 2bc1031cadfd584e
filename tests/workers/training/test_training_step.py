"""The compiled training step against numbers worked out by hand, and against Keras's own `fit`."""

from typing import get_args

import keras
import numpy as np
import pytest

from fitserve_core.datasets.dataset import Dataset, Rows, Scale
from fitserve_core.datasets.registry import DatasetInfo
from fitserve_core.spec import Activation, Adadelta, Adagrad, Adam, Nadam, Rmsprop, Sgd
from fitserve_workers.training import Training
from fitserve_workers.training.rowwise import goes_by_rows
from support.twins import assert_as_keras_fits


@pytest.fixture
def sheet_rows():
    """The mini-batch of two of the exercise sheet's worked example."""
    rows = Rows(
        inputs=np.array([[-1, 1], [2, -1]], np.float32), targets=np.array([[1], [-1]], np.float32)
    )
    unit = Scale(0.0, 1.0)
    return Dataset(
        info=DatasetInfo("sheet", "regression", 2, 1, 2, "", {}),
        train=rows,
        validation=None,
        test=rows,
        input_scale=unit,
        target_scale=unit,
        full_target_scale=unit,
    )


class TestWorkedExample:
    def test_gives_the_sheets_updated_weights(self, sheet_rows, plan, programs, finish):
        # The sheet minimises half the squared error with a learning rate of 0.5; without the
        # half the gradient is twice as large.
        recipe = plan(hidden_layers=[4], batch_size=2, epochs=1, learning_rate=0.25)
        training = Training(recipe, sheet_rows, programs)
        training.model.set_weights(
            [
                np.array([[1, 2], [0, -1], [-1, -3], [-2, 2]]).T,
                np.array([-2, 2, 0, -2]),
                np.array([[1, 0, -1, 2]]).T,
                np.array([-2]),
            ]
        )

        (figures,) = finish(training)

        updated = [
            np.array([[1, 2], [0, -1], [-2, -2.5], [-1.5, 1.5]]).T,
            np.array([-2, 2, -0.5, -2.5]),
            np.array([[1, 1.25, -0.5, 1.5]]).T,
            np.array([-1.75]),
        ]
        for received, expected in zip(training.model.get_weights(), updated, strict=True):
            np.testing.assert_array_equal(received, expected)
        assert figures.loss == pytest.approx((1**2 + 2**2) / 2)


OPTIMIZERS = {
    "sgd": (Sgd(name="sgd"), keras.optimizers.SGD(0.01)),
    "momentum": (Sgd(name="sgd", momentum=0.9), keras.optimizers.SGD(0.01, momentum=0.9)),
    "nesterov": (
        Sgd(name="sgd", momentum=0.9, nesterov=True),
        keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
    ),
    "adam": (Adam(name="adam"), keras.optimizers.Adam(0.01)),
    "nadam": (Nadam(name="nadam"), keras.optimizers.Nadam(0.01)),
    "adagrad": (Adagrad(name="adagrad"), keras.optimizers.Adagrad(0.01)),
    "adadelta": (Adadelta(name="adadelta"), keras.optimizers.Adadelta(0.01)),
    "rmsprop": (Rmsprop(name="rmsprop"), keras.optimizers.RMSprop(0.01)),
    "rmsprop-momentum": (
        Rmsprop(name="rmsprop", momentum=0.5),
        keras.optimizers.RMSprop(0.01, momentum=0.5),
    ),
}


class TestOptimizersAgainstKerasFit:
    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_same_rows_give_the_same_weights(self, name, blobs, plan, programs):
        dataset = blobs(train=100)
        ours, theirs = OPTIMIZERS[name]
        # 100 steps; short batches are the schedules' and the yes-or-no questions'.
        recipe = plan(
            optimizer=ours,
            hidden_layers=[6],
            activation="tanh",
            learning_rate=0.01,
            batch_size=4,
            epochs=4,
        )
        assert_as_keras_fits(recipe, Training(recipe, dataset, programs), dataset, theirs)

    def test_large_kernels_are_updated_as_small_ones(self, blobs, plan, programs):
        dataset = blobs(train=100)
        ours, theirs = OPTIMIZERS["adam"]
        recipe = plan(
            optimizer=ours,
            hidden_layers=[260, 300],
            activation="tanh",
            learning_rate=0.01,
            batch_size=4,
            epochs=1,
        )
        training = Training(recipe, dataset, programs)
        assert [goes_by_rows(weights) for weights in training.model.trainable_variables].count(True)
        own = theirs.from_config(theirs.get_config())  # the other test's has its variables
        assert_as_keras_fits(recipe, training, dataset, own)


class TestActivationsAgainstKerasFit:
    @pytest.mark.parametrize("activation", get_args(Activation))
    def test_same_rows_give_the_same_weights(self, activation, blobs, plan, programs):
        dataset = blobs(train=100)
        recipe = plan(hidden_layers=[6], activation=activation, learning_rate=0.01, epochs=1)
        training = Training(recipe, dataset, programs)
        assert_as_keras_fits(recipe, training, dataset, keras.optimizers.SGD(0.01))
