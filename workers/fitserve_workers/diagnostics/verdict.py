"""Trained, did not train, or diverged: the verdict on a finished run, with its evidence."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fitserve_core.datasets.dataset import Dataset, Rows
from fitserve_core.datasets.registry import Task
from fitserve_core.results import Verdict
from fitserve_workers.diagnostics.outputs import outputs_of
from fitserve_workers.training import Training

MOST_OF_ONE_CLASS = 0.99
CHANCE_DEVIATIONS = 3.0
LEAST_EXPLAINED_VARIANCE = 0.1


def verdict(training: Training, dataset: Dataset) -> Verdict:
    """Return what the finished run is worth.

    Classification is judged on the validation rows, or else on the training rows; regression,
    whose data are few, on the training rows. Where the run stopped before its last epoch, the
    evidence says why.
    """
    assert training.last is not None
    if training.last.loss is None:
        return _diverged("the loss", training.last.epoch)
    if not all(np.isfinite(weights).all() for weights in training.model.get_weights()):
        return _diverged("a weight", training.last.epoch)
    judged = JUDGES[dataset.info.task](training.model, dataset)
    if training.stopped is None:
        return judged
    return judged.model_copy(update={"evidence": judged.evidence | {"stopped": training.stopped}})


def _diverged(what: str, epoch: int) -> Verdict:
    return Verdict(
        name="diverged",
        reason=f"{what} was not a finite number in epoch {epoch}",
        evidence={"epoch": epoch},
    )


def _classification(model: keras.Model, dataset: Dataset) -> Verdict:
    """Judge by the class of the largest logit."""
    rows = _judged_rows(dataset)
    return _by_classes(outputs_of(model, rows.inputs).argmax(axis=-1), rows)


def _binary_classification(model: keras.Model, dataset: Dataset) -> Verdict:
    """Judge by the sign of the positive class's logit.

    The rules hold for a rare class, too. No digit is less than 9 % of the validation rows: a run
    that gives a class 1 % or fewer misses most of it. And the accuracy is held against the more
    frequent class's share, about 90 % for one digit, not against a half.
    """
    rows = _judged_rows(dataset)
    return _by_classes(outputs_of(model, rows.inputs)[:, 0] > 0, rows)


def _by_classes(predicted: NDArray[Any], rows: Rows) -> Verdict:
    """Judge by the predicted classes.

    A run did not train if one class gets at least 99 % of the predictions, or if the accuracy
    is what always answering the most frequent class would give: not above that class's share p
    by more than 3 standard deviations, 3·√(p(1−p)/n), of a share among n rows (chance exceeds
    it once in 700).
    """
    accuracy = float(np.mean(predicted == rows.targets))
    one_class = _largest_share(predicted)
    most_frequent = _largest_share(rows.targets)
    deviation = math.sqrt(most_frequent * (1 - most_frequent) / len(rows))
    needed = most_frequent + CHANCE_DEVIATIONS * deviation
    evidence: dict[str, float | int | str | None] = {
        "rows": len(rows),
        "accuracy": accuracy,
        "accuracy_needed": needed,
        "largest_predicted_share": one_class,
    }
    if one_class >= MOST_OF_ONE_CLASS:
        reason = f"one class got {one_class:.1%} of the predictions"
        return Verdict(name="did_not_train", reason=reason, evidence=evidence)
    reason = (
        f"accuracy {accuracy:.2%}, where the most frequent class alone gives {most_frequent:.2%} "
        f"and chance reaches {needed:.2%}"
    )
    name = "trained" if accuracy > needed else "did_not_train"
    return Verdict(name=name, reason=reason, evidence=evidence)


def _regression(model: keras.Model, dataset: Dataset) -> Verdict:
    """Judge by the share of the targets' variance that the predictions explain.

    A run did not train if R² = 1 − MSE/variance is below 0.1. Predictions that are nearly the
    same for each input always are: their spread s, as a share of the targets', bounds R² by
    2s − s², so that s < 5 % gives R² < 0.0975.
    """
    rows = dataset.train
    predicted = outputs_of(model, rows.inputs)
    variance = float(np.var(rows.targets, axis=0, dtype=np.float64).mean())
    explained = 1 - float(np.mean((predicted - rows.targets) ** 2)) / variance
    spread = math.sqrt(float(np.var(predicted, axis=0).mean()) / variance)
    return Verdict(
        name="trained" if explained >= LEAST_EXPLAINED_VARIANCE else "did_not_train",
        reason=(
            f"predictions explain {explained:.1%} of the training targets' variance, and spread "
            f"{spread:.1%} as far; at least {LEAST_EXPLAINED_VARIANCE:.0%} must be explained"
        ),
        evidence={"rows": len(rows), "explained_variance": explained, "spread": spread},
    )


JUDGES: dict[Task, Callable[[keras.Model, Dataset], Verdict]] = {
    "classification": _classification,
    "binary_classification": _binary_classification,
    "regression": _regression,
}


def _judged_rows(dataset: Dataset) -> Rows:
    return dataset.validation or dataset.train


def _largest_share(labels: NDArray[Any]) -> float:
    return float(np.unique(labels, return_counts=True)[1].max() / len(labels))
