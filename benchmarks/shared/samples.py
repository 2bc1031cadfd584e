"""Samples of contenders that took turns, and their ratios."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Spread:
    """A median, and the least and the most that were seen."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of `values`."""
        return cls(statistics.median(values), min(values), max(values))

    @classmethod
    def of_ratio(cls, over: Sequence[float], under: Sequence[float]) -> "Spread":
        """Return the ratio of the medians; least and most are those of single rounds."""
        rounds = [a / b for a, b in zip(over, under, strict=True)]
        return cls(statistics.median(over) / statistics.median(under), min(rounds), max(rounds))

    def columns(self, places: str) -> str:
        """Return the three numbers in columns of a terminal."""
        return f"{self.median:>12{places}}{self.least:>10{places}}{self.most:>10{places}}"


@dataclass(frozen=True)
class Mark:
    """What a contender, or the ratio of two, is to reach.

    Attributes:
        measured: name of the measurement.
        words: the mark as people say it.
        over: contender above the line.
        bound: what the ratio of medians, or the median, is compared with.
        kind: whether it is to be at least or at most `bound`.
        under: contender below the line; None: the median of `over` is compared, in its own unit.
    """

    measured: str
    words: str
    over: str
    bound: float
    kind: Literal["at least", "at most"]
    under: str | None = None

    def holds(self, value: float) -> bool:
        """Return whether `value` reaches it."""
        return value >= self.bound if self.kind == "at least" else value <= self.bound
