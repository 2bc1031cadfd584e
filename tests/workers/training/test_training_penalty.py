"""L1 and L2: minimised with the loss, on kernels and biases of every layer, and told apart."""

import keras
import numpy as np
import pytest

from fitserve_core.spec import Regularizer, Sgd
from fitserve_workers.training import Training, pace
from support.twins import assert_as_keras_fits

# Their rows, of which both together leave two for a short batch.
PENALTIES = [({"l1": 0.01}, 100), ({"l2": 0.02}, 100), ({"l1": 0.003, "l2": 0.004}, 102)]


def penalty_of(training, l1=0.0, l2=0.0):
    weights = np.concatenate([array.ravel() for array in training.model.get_weights()])
    return l1 * np.abs(weights).sum() + l2 * np.square(weights).sum()


class TestPenalty:
    @pytest.mark.parametrize(("coefficients", "rows"), PENALTIES)
    def test_trains_and_reports_as_keras_does(self, coefficients, rows, blobs, plan, programs):
        dataset = blobs(train=rows)
        recipe = plan(
            regularizer=Regularizer(**coefficients),
            bias_initializer="random_normal",
            optimizer=Sgd(name="sgd"),
            learning_rate=0.01,
            epochs=2,
        )
        training = Training(recipe, dataset, programs)
        figures = assert_as_keras_fits(recipe, training, dataset, keras.optimizers.SGD(0.01))
        penalty = penalty_of(training, **coefficients)
        assert penalty > 0.01
        last, final = figures[-1], training.final_figures()
        assert last.val_loss - last.val_data_loss == pytest.approx(penalty, rel=1e-5)
        assert final["test_loss"] - final["test_data_loss"] == pytest.approx(penalty, rel=1e-5)
        # The weights, and with them the penalty, moved a little within the epoch.
        assert last.loss - last.data_loss == pytest.approx(penalty, rel=0.05)

    def test_is_reported_the_same_however_an_epoch_is_sliced(
        self, blobs, plan, programs, finish, monkeypatch
    ):
        recipe = plan(regularizer=Regularizer(l1=0.003, l2=0.004), epochs=40)
        whole = [epoch.loss for epoch in finish(Training(recipe, blobs(), programs))]
        monkeypatch.setattr(pace, "SLICE_SECONDS", 0.0)
        assert [epoch.loss for epoch in finish(Training(recipe, blobs(), programs))] == whole

    def test_of_none_leaves_the_loss_alone(self, blobs, plan, programs, finish):
        for epoch in finish(Training(plan(), blobs(), programs)):
            assert epoch.loss == epoch.data_loss
            assert epoch.val_loss == epoch.val_data_loss

    def test_is_no_part_of_the_mean_squared_error(self, transmittance, plan, programs, finish):
        dataset = transmittance()
        training = Training(plan(regularizer=Regularizer(l2=0.1)), dataset, programs)
        last = finish(training)[-1]
        widths = dataset.target_scale.width / dataset.full_target_scale.width
        assert last.mse == pytest.approx(last.data_loss * widths**2)
        assert last.data_loss < last.loss

    def test_shrinks_the_weights(self, blobs, plan, programs, finish):
        free = Training(plan(epochs=30), blobs(), programs)
        finish(free)
        held = Training(plan(epochs=30, regularizer=Regularizer(l2=0.05)), blobs(), programs)
        finish(held)
        assert penalty_of(held, l2=1) < penalty_of(free, l2=1) / 2
