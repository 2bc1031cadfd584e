"""From sums over rows to what an epoch and a run report."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.results import EpochFigures
from fitserve_workers.training.tasks import TaskFigures

Line = NDArray[np.float64]


def figures_of_epoch(  # noqa: PLR0913
    task: TaskFigures,
    dataset: Dataset,
    *,
    epoch: int,
    train: Line,
    validation: Line,
    learning_rate: float,
    seconds: float,
) -> EpochFigures:
    """Return what `epoch` reports, from the sums of its figures over rows."""
    reported = _reported(task, dataset, train / len(dataset.train))
    if dataset.validation:
        means = _reported(task, dataset, validation / len(dataset.validation))
        reported |= _prefixed("val", means)
    return EpochFigures(
        epoch=epoch, learning_rate=learning_rate, seconds=seconds, **_finite(reported)
    )


def final_figures(
    task: TaskFigures, dataset: Dataset, last: EpochFigures, test: Line
) -> dict[str, float | None]:
    """Return a run's `final`: the last epoch's figures, and those of the test rows' means."""
    of_test = _reported(task, dataset, test)
    ...
