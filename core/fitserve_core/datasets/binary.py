"""The rows of a data set with the labels that a target makes of its own."""

from dataclasses import replace

import numpy as np

from fitserve_core.datasets.dataset import Dataset, Rows
from fitserve_core.spec.target import Target, with_target


def towards(dataset: Dataset, target: Target | None) -> Dataset:
    """Return `dataset` with the labels 1, one of the target's digits, and 0, any other.

    The inputs are the very same arrays. Without a target it is returned as it came.
    """
    if target is None:
        return dataset
    return replace(
        dataset,
        info=with_target(dataset.info, target),
        train=_asked(dataset.train, target),
        validation=_asked(dataset.validation, target) if dataset.validation else None,
        test=_asked(dataset.test, target),
    )


def _asked(rows: Rows, target: Target) -> Rows:
    return replace(rows, targets=np.isin(rows.targets, target.digits).astype(np.int32))
