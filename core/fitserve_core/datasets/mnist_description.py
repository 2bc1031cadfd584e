"""What MNIST is, told without loading it: counts as published, a few images from the cache."""

import math
import zipfile
from pathlib import Path

import numpy as np

from fitserve_core.datasets.description import DatasetCard, DatasetDetails, SampleDigit, ValueRange
from fitserve_core.datasets.mnist_files import Bytes, cache_file
from fitserve_core.datasets.registry import DATASETS

# Every array is checked by SHA-256 before it is used, so the counts cannot be others.
TRAIN_COUNTS = [4932, 5678, 4968, 5101, 4859, 4506, 4951, 5175, 4842, 4988]
VALIDATION_COUNTS = [991, 1064, 990, 1030, 983, 915, 967, 1090, 1009, 961]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
SAMPLES_OF_EACH_LABEL = 3


def card(data_folder: Path) -> DatasetCard:
    """Return shapes, ranges and class counts, and whether MNIST is in the data folder."""
    info = DATASETS["mnist"]
    return DatasetCard(
        name=info.name,
        title="MNIST: handwritten digits",
        task=info.task,
        input_shape=[28, 28],
        outputs=info.outputs,
        input_range=ValueRange(minimum=0, maximum=255, unit="grey value"),
        rows={
            "train": sum(TRAIN_COUNTS),
            "validation": sum(VALIDATION_COUNTS),
            "test": sum(TEST_COUNTS),
        },
        class_counts={
            "train": TRAIN_COUNTS,
            "validation": VALIDATION_COUNTS,
            "test": TEST_COUNTS,
        },
        fetched=cache_file(data_folder).is_file(),
    )


def details(data_folder: Path) -> DatasetDetails:
    """Return the card, and the first test images of each label once MNIST is fetched."""
    samples = _samples(cache_file(data_folder))
    told = card(data_folder).model_dump() | {"fetched": samples is not None}
    return DatasetDetails(**told, samples=samples)


def _samples(cache: Path) -> list[SampleDigit] | None:
    try:
        with zipfile.ZipFile(cache) as archive:
            labels = _first_rows(archive, "y_test", sum(TEST_COUNTS))
            chosen = [row for label in range(10) for row in _rows_of(labels, label)]
            images = _first_rows(archive, "x_test", max(chosen) + 1)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    return [
        SampleDigit(label=int(labels[row]), row=row, pixels=images[row].tolist()) for row in chosen
    ]


def _rows_of(labels: Bytes, label: int) -> list[int]:
    rows: list[int] = np.flatnonzero(labels == label)[:SAMPLES_OF_EACH_LABEL].tolist()
    return rows


def _first_rows(archive: zipfile.ZipFile, key: str, count: int) -> Bytes:
    """Return the first rows of an array of the cache, reading no more of it than they take."""
    with archive.open(f"{key}.npy") as file:
        np.lib.format.read_magic(file)
        shape, _, _ = np.lib.format.read_array_header_1_0(file)
        content = file.read(count * math.prod(shape[1:]))
    return np.frombuffer(content, np.uint8).reshape(count, *shape[1:])
