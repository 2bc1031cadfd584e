"""The rows of a data set, by its name."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from fitserve_core.datasets.dataset import Dataset, Division, Scaling
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.errors import InvalidInputError

Loader = Callable[[Path, Division, Scaling], Dataset]


def load_dataset(name: str, *, data_folder: Path, division: Division, scaling: Scaling) -> Dataset:
    """Return the data set `name`, divided and scaled.

    Args:
        name: a name of the registry.
        data_folder: where fetched data sets are cached.
        division: decides the rows of each part, where the data set has none of its own.
        scaling: whether the range of the training rows or of all rows becomes [0, 1].

    Raises:
        InvalidInputError: no such data set.
        DatasetUnavailableError: no source gave the data.
    """
    return _loader(name)(data_folder, division, scaling)


def _loader(name: str) -> Loader:
    if name not in DATASETS:
        raise InvalidInputError(
            f"no data set {name!r}; known: {', '.join(DATASETS)}", param="dataset", received=name
        )
    module, _, function = DATASETS[name].loader.partition(":")
    loader: Loader = getattr(import_module(module), function)
    return loader
