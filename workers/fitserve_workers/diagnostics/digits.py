"""Where a classifier of digits is right and wrong."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fitserve_core.datasets.dataset import Dataset, Rows
from fitserve_core.records import Confusion, Part, WrongDigit
from fitserve_workers.diagnostics.outputs import Outputs, outputs_of

WORST = 12
SIDE = 28


def digit_pictures(model: keras.Model, dataset: Dataset) -> dict[str, Any]:
    """Return `confusion` and `most_wrong` of a record; nothing where outputs are not finite."""
    logits = _logits(model, dataset.test)
    if not np.isfinite(logits).all():
        return {}
    confusion = [_confusion("test", dataset.test, logits)]
    if dataset.validation is not None:
        validation = _logits(model, dataset.validation)
        confusion.insert(0, _confusion("validation", dataset.validation, validation))
    return {"confusion": confusion, "most_wrong": _most_wrong(dataset, logits)}


def _logits(model: keras.Model, rows: Rows) -> Outputs:
    """Return a logit for each class; a single logistic output is the second of two, against 0."""
    outputs = outputs_of(model, rows.inputs)
    return np.hstack([np.zeros_like(outputs), outputs]) if outputs.shape[1] == 1 else outputs


def _confusion(part: Part, rows: Rows, logits: Outputs) -> Confusion:
    classes = logits.shape[1]
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (rows.targets.astype(int), logits.argmax(axis=1)), 1)
    return Confusion(part=part, counts=counts.tolist())


def _most_wrong(dataset: Dataset, logits: Outputs) -> list[WrongDigit]:
    """Return the wrong answers of the highest probability, the most confident first."""
    labels, predicted = dataset.test.targets, logits.argmax(axis=1)
    probabilities = _softmax(logits)[np.arange(len(logits)), predicted]
    wrong = np.flatnonzero(predicted != labels)
    chosen = wrong[np.argsort(-probabilities[wrong], kind="stable")][:WORST]
    pixels = np.rint(dataset.input_scale.invert(dataset.test.inputs[chosen])).astype(int)
    return [
        WrongDigit(
            row=int(row),
            label=int(labels[row]),
            predicted=int(predicted[row]),
            probability=float(probabilities[row]),
            pixels=image.reshape(SIDE, SIDE).tolist(),
        )
        for row, image in zip(chosen, pixels, strict=True)
    ]


def _softmax(logits: Outputs) -> NDArray[np.float64]:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return shares
