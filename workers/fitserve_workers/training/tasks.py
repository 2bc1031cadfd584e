"""What a task minimises and what it reports, by the task's name."""

from collections.abc import Mapping
from typing import Any, Protocol

import tensorflow as tf

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.datasets.registry import Task


class TaskFigures(Protocol):
    """The per-task part of training.

    Attributes:
        names: of the figures of a row, its loss first.
    """

    names: tuple[str, ...]

    def of_rows(self, outputs: Any, targets: Any) -> tuple[Any, ...]:
        """Return each figure of each row, float32 (rows,), from outputs (rows, outputs)."""
        ...

    def reported(self, means: Mapping[str, float], dataset: Dataset, /) -> dict[str, float]:
        """Return what an epoch reports, from the means over its rows."""
        ...

    def in_data_units(self, reported: Mapping[str, float], dataset: Dataset, /) -> dict[str, float]:
        """Return what a finished run reports besides, in the data's own units."""
        ...


class _Labelled(TaskFigures):
    """What tasks share whose targets are labels."""

    names = ("data_loss", "accuracy")

    def reported(self, means: Mapping[str, float], _: Dataset) -> dict[str, float]:
        """Return losses and accuracy as they are."""
        return dict(means)

    def in_data_units(self, _: Mapping[str, float], __: Dataset) -> dict[str, float]:
        """Return nothing: labels have no units."""
        return {}


class Classification(_Labelled):
    """Sparse categorical cross-entropy from logits; accuracy."""

    def of_rows(self, outputs: Any, targets: Any) -> tuple[Any, ...]:
        """Return cross-entropy, and 1 where the largest logit is the label's."""
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=outputs)
        hit = tf.argmax(outputs, axis=-1, output_type=targets.dtype) == targets
        return loss, tf.cast(hit, tf.float32)


class BinaryClassification(_Labelled):
    """Binary cross-entropy from the positive class's logit; accuracy."""

    def of_rows(self, outputs: Any, targets: Any) -> tuple[Any, ...]:
        """Return cross-entropy, and 1 where the logit's sign is the label's."""
        logits, positive = outputs[:, 0], targets == 1
        labels = tf.cast(positive, logits.dtype)
        # max(z, 0) − z·y + log(1 + e^−|z|): no logit is too large for it.
        loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
        hit = (logits > 0) == positive
        return loss, tf.cast(hit, tf.float32)


class Regression(TaskFigures):
    """Squared error without the factor ½, averaged over the outputs of a row."""

    names = ("data_loss",)

    def of_rows(self, outputs: Any, targets: Any) -> tuple[Any, ...]:
        """Return the mean squared error of each row."""
        return (tf.reduce_mean(tf.square(outputs - targets), axis=-1),)

    def reported(self, means: Mapping[str, float], dataset: Dataset) -> dict[str, float]:
        """Return the losses, and the data's on the [0, 1] scale of all rows' targets."""
        own, full = dataset.target_scale, dataset.full_target_scale
        assert own is not None
        assert full is not None
        return {**means, "mse": means["data_loss"] * (own.width / full.width) ** 2}

    def in_data_units(self, reported: Mapping[str, float], dataset: Dataset) -> dict[str, float]:
        """Return the MSE in the square of the targets' units."""
        assert dataset.full_target_scale is not None
        return {"mse_data_units": reported["mse"] * dataset.full_target_scale.width**2}


TASKS: dict[Task, TaskFigures] = {
    "classification": Classification(),
    "binary_classification": BinaryClassification(),
    "regression": Regression(),
}
