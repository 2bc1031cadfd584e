"""From a model's outputs to the answers of a prediction request."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitserve_core.datasets.registry import DatasetInfo

DECISION_THRESHOLD = 0.5


def answers(info: DatasetInfo, outputs: NDArray[np.floating]) -> list[dict[str, Any]]:
    """Return one `Prediction` for each row of `outputs`, as a dict.

    Classification: `outputs` are probabilities, (n, classes). Binary classification: the positive
    class's probability, (n, 1). Regression: values in the data's own units, (n, 1). Figures stay
    NumPy's, for orjson's `OPT_SERIALIZE_NUMPY`: a float32 is written with the digits that it has.
    """
    if info.task == "classification":
        labels = outputs.argmax(axis=1).tolist()
        rows = np.ascontiguousarray(outputs)
        return [
            {"label": label, "probabilities": row} for label, row in zip(labels, rows, strict=True)
        ]
    column = outputs[:, 0]
    if info.task == "binary_classification":
        positives = (column > DECISION_THRESHOLD).tolist()
        return [
            {"positive": positive, "probability": probability}
            for positive, probability in zip(positives, column, strict=True)
        ]
    return [{"value": value} for value in column]
