"""Digits to train on: MNIST's, or rows like them."""

import dataclasses
import sys
from functools import lru_cache

import numpy as np

from fitserve_core.datasets.dataset import Dataset, Division, Rows, Scale
from fitserve_core.datasets.loading import load_dataset
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.errors import DatasetUnavailableError
from fitserve_core.settings import Settings

ROWS = 50_000
NOT_ZERO = 0.19  # share of MNIST's pixel values


@lru_cache(maxsize=1)
def digits() -> Dataset:
    """Return MNIST without validation rows, or rows like it where it cannot be had."""
    try:
        mnist = load_dataset(
            "mnist", data_folder=Settings().data, division=Division(), scaling="train"
        )
    except DatasetUnavailableError as unavailable:
        print(f"rows like MNIST's, since it is not there: {unavailable}", file=sys.stderr)
        return synthetic_digits()
    return dataclasses.replace(mnist, validation=None)


def synthetic_digits() -> Dataset:
    """Return rows of MNIST's shape and sparsity whose labels can be learnt."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, ROWS).astype(np.int32)
    inputs = random.random((ROWS, 784), np.float32)
    inputs[random.random((ROWS, 784), np.float32) > NOT_ZERO] = 0.0
    inputs[np.arange(ROWS), labels * 78] = 1.0
    rows = Rows(inputs, labels)
    return Dataset(DATASETS["mnist"], rows, None, rows, Scale(0.0, 255.0))


def first_rows(dataset: Dataset, count: int) -> Dataset:
    """Return a data set of the first `count` rows."""
    rows = Rows(dataset.train.inputs[:count], dataset.train.targets[:count])
    return dataclasses.replace(dataset, train=rows, test=rows)
