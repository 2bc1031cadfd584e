"""From means over rows to what an epoch and a run report."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.results import EpochFigures
from fitserve_workers.training.tasks import TaskFigures

Means = NDArray[np.float64]


def epoch_figures(
    task: TaskFigures, dataset: Dataset, train: Means, validation: Means | None
) -> dict[str, float | None]:
    """Return an epoch's figures by name, from the mean of each over the rows of a split."""
    figures = _reported(task, dataset, train)
    if validation is not None:
        figures |= _prefixed("val", _reported(task, dataset, validation))
    return _finite(figures)


def final_figures(
    task: TaskFigures, dataset: Dataset, last: EpochFigures, test: Means
) -> dict[str, float | None]:
    """Return a finished run's figures by name: the last epoch's and the test rows'."""
    of_test = _reported(task, dataset, test)
    of_train = {name: _number(getattr(last, name)) for name in of_test}
    of_validation = {f"val_{name}": getattr(last, f"val_{name}") for name in of_test}
    return {
        **_finite(of_train | task.in_data_units(of_train, dataset)),
        **(of_validation if dataset.validation else {}),
        **_finite(_prefixed("test", of_test | task.in_data_units(of_test, dataset))),
    }


def finite_list(values: NDArray[np.floating]) -> list[float | None]:
    """Return values as they are reported: None for what is not finite."""
    return [float(value) if math.isfinite(value) else None for value in values]


def _reported(task: TaskFigures, dataset: Dataset, means: Means) -> dict[str, float]:
    return task.reported(dict(zip(("loss", *task.names), means.tolist(), strict=True)), dataset)


def _prefixed(split: str, figures: Mapping[str, float]) -> dict[str, float]:
    return {f"{split}_{name}": value for name, value in figures.items()}


def _finite(figures: Mapping[str, float]) -> dict[str, float | None]:
    return {name: float(value) if math.isfinite(value) else None for name, value in figures.items()}


def _number(value: float | None) -> float:
    return math.nan if value is None else value
