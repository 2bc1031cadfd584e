"""What is posted for an entry of the catalogue: as published, and to measure a spread."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic_core import to_json

from fitserve_core.catalogue.published import CatalogueEntry

Part = Literal["eckerle4", "mnist", "depth"]

PARTS: dict[Part, frozenset[str]] = {
    "eckerle4": frozenset({"eckerle4"}),
    "mnist": frozenset({"learning_rates", "configurations", "claims"}),
    "depth": frozenset({"depth"}),
}
# Other seeds than the rows as published have, so that these are draws of their own.
FIRST_SEED = 1_000
DRAWS = 8
SEEDS = list(range(FIRST_SEED, FIRST_SEED + DRAWS))


@dataclass(frozen=True)
class Post:
    """One experiment of a campaign.

    Attributes:
        entry: which row of the sheet it is about.
        body: what is posted.
        key: makes posting it again harmless, as long as the entry says the same.
    """

    entry: CatalogueEntry
    body: dict[str, Any]
    key: str


def selected(entries: Iterable[CatalogueEntry], only: Part | None) -> list[CatalogueEntry]:
    """Return the entries of one part of the sheet, or of all parts."""
    groups = PARTS[only] if only else frozenset[str]().union(*PARTS.values())
    return [entry for entry in entries if entry.group in groups]


def as_published(entry: CatalogueEntry) -> Post:
    """Return the post that trains an entry as the sheet did."""
    return _post("reproduce", entry, {"preset": entry.id})


def for_spread(entry: CatalogueEntry) -> Post | None:
    """Return the post that measures how far an entry's figures scatter; None for mere words.

    A single run is drawn eight times. The sheet does not state Eckerle4's split, which its four
    repetitions share, so eight splits are drawn, each with four repetitions. A network that is
    trained on from repetition to repetition is drawn as eight chains of four.
    """
    if entry.group == "claims" and entry.like is None:
        return None
    if entry.group == "eckerle4":
        return _post("spread", entry, {"seed": FIRST_SEED, "grid": {"split.seed": SEEDS}})
    if entry.continued:
        return _post("spread", entry, {"grid": {"seed": SEEDS}})
    return _post("spread", entry, {"seed": FIRST_SEED, "repetitions": DRAWS})


def _post(campaign: str, entry: CatalogueEntry, changes: dict[str, Any]) -> Post:
    content = to_json({**entry.spec, **changes})
    key = f"{campaign}/{entry.id}/{hashlib.sha256(content).hexdigest()[:12]}"
    return Post(entry, {"preset": entry.id, **changes}, key)
