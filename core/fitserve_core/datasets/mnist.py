"""MNIST: 70,000 handwritten digits of 28 × 28 pixels, divided as published and as the sheet did."""

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from fitserve_core.datasets.dataset import Dataset, Division, Rows, Scale, Scaling
from fitserve_core.datasets.mnist_files import Arrays, Bytes, cache_file, checked, read_npz
from fitserve_core.datasets.mnist_sources import fetch
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.settings import Settings

TRAIN_ROWS = 50_000
PIXEL_SCALE = Scale(0, 255)


def load(
    data_folder: Path,
    division: Division,  # noqa: ARG001
    scaling: Scaling,  # noqa: ARG001
) -> Dataset:
    """Return 50,000 training, 10,000 validation and 10,000 test rows, always the same ones.

    Inputs are float32 pixels in [0, 1], (rows, 784); targets int32 labels, (rows,); both read-only.
    The published order is kept and a pixel's range is known beforehand, so neither `division` nor
    `scaling` changes anything. Loaded once in a process.

    Raises:
        DatasetUnavailableError: MNIST is not in the data folder and no source gave it.
    """
    return _load(data_folder)


def raw_test_digits(data_folder: Path) -> tuple[Bytes, Bytes]:
    """Return the test images as published, uint8 (10,000, 28, 28), and their labels, (10,000,)."""
    arrays = _arrays(data_folder)
    return arrays["x_test"], arrays["y_test"]


@lru_cache(maxsize=1)
def _load(data_folder: Path) -> Dataset:
    arrays = _arrays(data_folder)
    images, labels = arrays["x_train"], arrays["y_train"]
    return Dataset(
        info=DATASETS["mnist"],
        train=_rows(images[:TRAIN_ROWS], labels[:TRAIN_ROWS]),
        validation=_rows(images[TRAIN_ROWS:], labels[TRAIN_ROWS:]),
        test=_rows(arrays["x_test"], arrays["y_test"]),
        input_scale=PIXEL_SCALE,
    )


def _rows(images: Bytes, labels: Bytes) -> Rows:
    # One pass in float32 gives the very bits of `PIXEL_SCALE.apply`, which would take four copies.
    pixels = np.divide(
        images.reshape(len(images), -1), np.float32(PIXEL_SCALE.maximum), dtype=np.float32
    )
    targets: NDArray[np.int32] = labels.astype(np.int32)
    pixels.setflags(write=False)
    targets.setflags(write=False)
    return Rows(inputs=pixels, targets=targets)


def _arrays(data_folder: Path) -> Arrays:
    cache = cache_file(data_folder)
    arrays = _cached(cache)
    if arrays is not None:
        return arrays
    cache.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(cache.with_suffix(".lock")):
        arrays = _cached(cache)  # another process may have fetched it while this one waited
        if arrays is None:
            arrays = fetch(Settings().mnist)
            _store(cache, arrays)
    return arrays


def _cached(cache: Path) -> Arrays | None:
    try:
        return checked(read_npz(cache))
    except (OSError, ValueError):
        return None


def _store(cache: Path, arrays: Arrays) -> None:
    part = cache.with_suffix(".part")  # the lock's holder alone writes it
    with part.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        file.flush()
        os.fsync(file.fileno())
    part.replace(cache)
