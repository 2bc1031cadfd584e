"""The description of a data set, by its name."""

from collections.abc import Callable
from pathlib import Path

from fitserve_core.datasets import eckerle4_description, mnist_description
from fitserve_core.datasets.description import DatasetCard, DatasetDetails
from fitserve_core.errors import NotFoundError

CARDS: dict[str, Callable[[Path], DatasetCard]] = {
    "mnist": mnist_description.card,
    "eckerle4": eckerle4_description.card,
}
DETAILS: dict[str, Callable[[Path], DatasetDetails]] = {
    "mnist": mnist_description.details,
    "eckerle4": eckerle4_description.details,
}


def cards(data_folder: Path) -> list[DatasetCard]:
    """Return the card of every data set."""
    return [card(data_folder) for card in CARDS.values()]


def details(name: str, data_folder: Path) -> DatasetDetails:
    """Return a data set with some of its rows; nothing is fetched, and no array is kept.

    Raises:
        NotFoundError: no such data set.
    """
    if name not in DETAILS:
        raise NotFoundError(
            f"no data set {name!r}; known: {', '.join(DETAILS)}", param="name", received=name
        )
    return DETAILS[name](data_folder)
