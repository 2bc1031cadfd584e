"""The compiled training step against numbers worked out by hand, and against Keras's own `fit`."""

import keras
import numpy as np
import pytest

from fitserve_core.datasets.dataset import Dataset, Rows, Scale
from fitserve_core.datasets.registry import DatasetInfo
from fitserve_core.spec import Adam, Sgd
from fitserve_workers.training import Training
from fitserve_workers.training.orders import epoch_order


@pytest.fixture
def sheet_rows():
    """The mini-batch of two of the exercise sheet's worked example."""
    rows = Rows(
        inputs=np.array([[-1, 1], [2, -1]], np.float32), targets=np.array([[1], [-1]], np.float32)
    )
    unit = Scale(0.0, 1.0)
    return Dataset(
        info=DatasetInfo("sheet", "regression", 2, 1, "", {}),
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


def keras_optimizer(name, learning_rate):
    return {
        "sgd": keras.optimizers.SGD(learning_rate),
        "momentum": keras.optimizers.SGD(learning_rate, momentum=0.9),
        "nesterov": keras.optimizers.SGD(learning_rate, momentum=0.9, nesterov=True),
        "adam": keras.optimizers.Adam(learning_rate),
    }[name]


OPTIMIZERS = {
    "sgd": Sgd(name="sgd"),
    "momentum": Sgd(name="sgd", momentum=0.9),
    "nesterov": Sgd(name="sgd", momentum=0.9, nesterov=True),
    "adam": Adam(name="adam"),
}


class TestAgainstKerasFit:
    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_same_rows_give_the_same_weights(self, name, blobs, plan, programs, finish):
        dataset = blobs(train=402)
        recipe = plan(
            optimizer=OPTIMIZERS[name],
            hidden_layers=[8, 6],
            activation="tanh",
            learning_rate=0.01,
            batch_size=4,
            epochs=2,
        )
        training = Training(recipe, dataset, programs)
        twin = keras.models.clone_model(training.model)
        twin.set_weights(training.model.get_weights())

        figures = finish(training)

        twin.compile(
            optimizer=keras_optimizer(name, 0.01),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
            jit_compile=False,
        )
        # 101 steps an epoch, the last one of 2 rows: 202 steps.
        for epoch, ours in enumerate(figures):
            order = epoch_order(recipe.seed, epoch, 402)
            history = twin.fit(
                dataset.train.inputs[order],
                dataset.train.targets[order],
                batch_size=4,
                shuffle=False,
                verbose=0,
                validation_data=(dataset.validation.inputs, dataset.validation.targets),
            ).history
            for figure in ("loss", "accuracy", "val_loss", "val_accuracy"):
                assert getattr(ours, figure) == pytest.approx(history[figure][0], abs=1e-5)
        assert len(figures) == 2
        for received, expected in zip(
            training.model.get_weights(), twin.get_weights(), strict=True
        ):
            np.testing.assert_allclose(received, expected, atol=1e-5, rtol=0)
