"""The catalogue's entries by their ids."""

from collections.abc import Callable
from difflib import SequenceMatcher
from types import MappingProxyType

from fitserve_core.catalogue import (
    claims,
    configurations,
    depth,
    eckerle4,
    learning_rates,
    recommended,
)
from fitserve_core.catalogue.published import CatalogueEntry
from fitserve_core.errors import NotFoundError

CLOSE_NAMES = 3
CLOSE = 0.6

TABLES: tuple[Callable[[], list[CatalogueEntry]], ...] = (
    eckerle4.entries,
    learning_rates.entries,
    configurations.entries,
    depth.entries,
    claims.entries,
    recommended.entries,
)
CATALOGUE = MappingProxyType({entry.id: entry for entries in TABLES for entry in entries()})
"""In the sheet's order, our own last."""


def find(entry_id: str) -> CatalogueEntry:
    """Return an entry.

    Raises:
        NotFoundError: there is none with this id; the message names the close ones.
    """
    if entry_id not in CATALOGUE:
        raise NotFoundError(unknown(entry_id), param="id", received=entry_id)
    return CATALOGUE[entry_id]


def unknown(entry_id: str) -> str:
    """Return what to say of an id that the catalogue does not have."""
    close = close_names(entry_id)
    hint = f"close: {', '.join(close)}; " if close else ""
    return f"no entry {entry_id[:100]!r} in the catalogue; {hint}GET /catalogue lists all"


def close_names(entry_id: str) -> list[str]:
    """Return up to three ids that look like `entry_id`, the closest first; case plays no part."""
    asked = entry_id[:100].lower()
    likeness = {name: SequenceMatcher(None, asked, name.lower()).ratio() for name in CATALOGUE}
    ranked = sorted(likeness, key=lambda name: -likeness[name])
    return [name for name in ranked if likeness[name] >= CLOSE][:CLOSE_NAMES]
