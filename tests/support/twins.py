"""A twin of a training that Keras's own `fit` trains on the same rows in the same order."""

from collections.abc import Sequence

import keras
import numpy as np
import pytest

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.results import EpochFigures
from fitserve_core.spec import RunPlan
from fitserve_workers.training import Training
from fitserve_workers.training.orders import epoch_order

FIGURES = ("loss", "accuracy", "val_loss", "val_accuracy")


def assert_as_keras_fits(
    recipe: RunPlan,
    training: Training,
    dataset: Dataset,
    optimizer: keras.optimizers.Optimizer,
) -> list[EpochFigures]:
    """Train `training`, and its twin with Keras; figures and weights must agree to 1e-5."""
    twin = keras.models.clone_model(training.model)
    twin.set_weights(training.model.get_weights())
    figures = []
    while not training.finished:
        figures += training.advance()
    loss, accuracy = _judges(dataset)
    twin.compile(optimizer=optimizer, loss=loss, metrics=[accuracy], jit_compile=False)
    for epoch, ours in enumerate(figures):
        history = _fit(twin, recipe, dataset, epoch)
        for figure in FIGURES:
            assert getattr(ours, figure) == pytest.approx(history[figure][0], abs=1e-5)
    assert len(figures) == recipe.epochs
    for received, expected in zip(training.model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(received, expected, atol=1e-5, rtol=0)
    return figures


def _judges(dataset: Dataset) -> tuple[keras.losses.Loss, keras.metrics.Metric]:
    if dataset.info.task == "binary_classification":
        return (
            keras.losses.BinaryCrossentropy(from_logits=True),
            keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0),
        )
    return (
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
    )


def _fit(
    twin: keras.Model, recipe: RunPlan, dataset: Dataset, epoch: int
) -> dict[str, Sequence[float]]:
    order = epoch_order(recipe.seed, epoch, len(dataset.train))
    assert dataset.validation is not None
    fitted = twin.fit(
        dataset.train.inputs[order],
        dataset.train.targets[order],
        batch_size=recipe.batch_size,
        shuffle=False,
        verbose=0,
        validation_data=(dataset.validation.inputs, dataset.validation.targets),
    )
    history: dict[str, Sequence[float]] = fitted.history
    return history
