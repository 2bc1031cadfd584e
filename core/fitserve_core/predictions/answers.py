"""From a model's outputs to the answers of a prediction request."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitserve_core.datasets.registry import DatasetInfo


def answers(info: DatasetInfo, outputs: NDArray[np.floating]) -> list[dict[str, Any]]:
    """Return one `Prediction` for each row of `outputs`, as a dict.

    Classification: `outputs` are probabilities, (n, classes). Regression: values in the data's own
    units, (n, 1). Figures stay NumPy's, for orjson's `OPT_SERIALIZE_NUMPY`: a float32 is written
    with the digits that it has.
    """
    if info.task == "classification":
        labels = outputs.argmax(axis=1).tolist()
        rows = np.ascontiguousarray(outputs)
        return [
            {"label": label, "probabilities": row} for label, row in zip(labels, rows, strict=True)
        ]
    return [{"value": value} for value in outputs[:, 0]]
