"""How far the runs of a model's cell agree about the same instances."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitserve_core.store.models import Models
from fitserve_service.predict.sessions import LoadedModel, SessionCache

MOST_RUNS = 16


def spread(
    models: Models, sessions: SessionCache, model: LoadedModel, inputs: NDArray[np.float32]
) -> list[dict[str, Any]]:
    """Return one `PredictionSpread` for each row of `inputs`, as a dict.

    The runs are the finished ones of the cell that `model` belongs to, less those that diverged;
    of more than 16 the first 16, since each has a file to load. `std` has ddof = 1.
    """
    runs = models.cell_mates(model.run_id, MOST_RUNS)
    outputs = np.stack([sessions.load(run).outputs(inputs) for run in runs]).astype(np.float64)
    means = outputs.mean(axis=0)
    deviations = outputs.std(axis=0, ddof=1) if len(runs) > 1 else [None] * len(means)
    return [
        {"runs": len(runs), "mean": mean, "std": std}
        for mean, std in zip(means, deviations, strict=True)
    ]
