"""Where one more draw lies, as far as the draws so far can tell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from scipy.special import stdtrit

LEVEL = 0.99
# The sheet prints six decimals.
ROUNDING = 0.5e-6


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, ends included."""

    low: float
    high: float

    def holds(self, printed: float) -> bool:
        """Tell whether a number that was printed with six decimals lies inside."""
        return self.low - ROUNDING <= printed <= self.high + ROUNDING


def prediction_interval(draws: Sequence[float], *, logarithmic: bool = False) -> Interval:
    """Return the interval that holds one more draw with 99 % confidence.

    mean ± t · s · √(1 + 1/n), with Student's t of n − 1 degrees of freedom; of the logarithms
    where they are asked for. With means of four as the draws it is the two-sample interval for
    another mean of four.

    Source: Hahn and Meeker, "Statistical Intervals", 1991, for normal draws.

    Raises:
        ValueError: there are fewer than two draws.
    """
    if len(draws) < 2:
        raise ValueError(f"a spread needs at least 2 draws; received {len(draws)}")
    values = [math.log(draw) for draw in draws] if logarithmic else list(draws)
    quantile = float(stdtrit(len(values) - 1, 0.5 + LEVEL / 2))
    half = quantile * stdev(values) * math.sqrt(1 + 1 / len(values))
    low, high = fmean(values) - half, fmean(values) + half
    return Interval(math.exp(low), math.exp(high)) if logarithmic else Interval(low, high)
