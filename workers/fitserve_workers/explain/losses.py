"""Losses that can be explained, by name."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from fitserve_core.datasets.dataset import Dataset
from fitserve_workers.training.tasks import Regression, TaskFigures


class HalfSquaredError(TaskFigures):
    """Half the sum of a row's squared errors, as textbooks derive backpropagation with."""

    names = ("data_loss",)

    def of_rows(self, outputs: Any, targets: Any) -> tuple[Any, ...]:
        """Return half the squared error of each row."""
        return (tf.reduce_sum(tf.square(outputs - targets), axis=-1) / 2,)

    def reported(self, means: Mapping[str, float], _: Dataset) -> dict[str, float]:
        """Return the loss as it is."""
        return dict(means)

    def in_data_units(self, _: Mapping[str, float], __: Dataset) -> dict[str, float]:
        """Return nothing: no data set stands behind it."""
        return {}


LOSSES: dict[str, TaskFigures] = {
    "half_squared_error": HalfSquaredError(),
    "mse": Regression(),
}
