"""Where a classifier of digits is right and wrong."""

from typing import Any

import keras
import numpy as np

from fitserve_core.datasets.dataset import Dataset, Rows
from fitserve_core.records import Confusion, Part, WrongDigit
from fitserve_workers.diagnostics.outputs import Outputs, log_probabilities, outputs_of

WORST = 12
SIDE = 28


def digit_pictures(model: keras.Model, dataset: Dataset) -> dict[str, Any]:
    """Return `confusion` and `most_wrong` of a record; nothing where outputs are not finite."""
    test = log_probabilities(outputs_of(model, dataset.test.inputs))
    if not np.isfinite(test).all():
        return {}
    confusion = [_confusion("test", dataset.test, test)]
    if dataset.validation is not None:
        validation = log_probabilities(outputs_of(model, dataset.validation.inputs))
        confusion.insert(0, _confusion("validation", dataset.validation, validation))
    return {"confusion": confusion, "most_wrong": _most_wrong(dataset, test)}


def _confusion(part: Part, rows: Rows, logarithms: Outputs) -> Confusion:
    classes = logarithms.shape[1]
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (rows.targets.astype(int), logarithms.argmax(axis=1)), 1)
    return Confusion(part=part, counts=counts.tolist())


def _most_wrong(dataset: Dataset, logarithms: Outputs) -> list[WrongDigit]:
    """Return the wrong answers of the highest probability, the most confident first."""
    labels, predicted = dataset.test.targets, logarithms.argmax(axis=1)
    probabilities = np.exp(logarithms.max(axis=1))
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
