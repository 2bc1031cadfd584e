"""Figures as people read them."""

import math
from typing import Protocol

DECIMALS = 4
MOST_DECIMALS = 5
EXPONENT_DECIMALS = 2


class MeanStd(Protocol):
    """What is written as mean ± standard deviation."""

    @property
    def mean(self) -> float:
        """Mean over the runs."""

    @property
    def std(self) -> float | None:
        """Standard deviation; None for a single run."""


def mean_std(spread: MeanStd) -> str:
    """Return mean ± standard deviation, as `0.9798 ± 0.0003` or `3.21e-4 ± 0.40e-4`.

    Both share decimals and exponent, so that they compare at a glance; one run has no spread: —.
    """
    exponent = _exponent(spread.mean)
    decimals = EXPONENT_DECIMALS if exponent else _decimals(spread.std)
    mean = _written(spread.mean, exponent, decimals)
    std = "—" if spread.std is None else _written(spread.std, exponent, decimals)
    return f"{mean} ± {std}"


def number(value: float) -> str:
    """Return one figure, as `0.9798` or `3.21e-4`."""
    exponent = _exponent(value)
    return _written(value, exponent, EXPONENT_DECIMALS if exponent else DECIMALS)


def duration(seconds: float) -> str:
    """Return a time as people say it, as `8 s`, `3 min` or `2.5 h`."""
    if seconds < 100:
        return f"{max(seconds, 1):.0f} s"
    if seconds < 6_000:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.1f} h"


def counted(count: int, noun: str) -> str:
    """Return how many there are, as `1 run` or `12 runs`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _written(value: float, exponent: int, decimals: int) -> str:
    unit = f"e{exponent}" if exponent else ""
    return f"{value / 10.0**exponent:.{decimals}f}{unit}"


def _exponent(value: float) -> int:
    """Return the power of ten to write beside `value`, 0 where none reads better."""
    if value == 0 or 0.01 <= abs(value) < 100_000:
        return 0
    return math.floor(math.log10(abs(value)))


def _decimals(std: float | None) -> int:
    """Return enough decimals for a spread not to read as zero, within reason."""
    if not std:
        return DECIMALS
    return min(MOST_DECIMALS, max(DECIMALS, -math.floor(math.log10(std))))
