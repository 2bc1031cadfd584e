"""How surely two cells differ."""

from dataclasses import dataclass
from itertools import combinations

from fitserve_core.errors import ConfigurationError
from fitserve_core.results import Spread, Summary

LEAST_RUNS = 2


@dataclass(frozen=True)
class Difference:
    """Two cells' means of a figure, compared.

    Attributes:
        cells: the two, by their numbers.
        figure: which figure.
        difference: the first mean less the second.
        p_value: of Welch's t-test, which assumes no equal variances.
        p_holm: the same, corrected by Holm (1979) for the number of pairs compared.
    """

    cells: tuple[int, int]
    figure: str
    difference: float
    p_value: float
    p_holm: float


def differences(summary: Summary, figure: str) -> list[Difference]:
    """Return the comparison of each pair of cells with two runs or more, the surest first.

    Raises:
        ConfigurationError: SciPy is not installed.
    """
    spreads = {
        cell.cell: spread
        for cell in summary.cells
        if (spread := cell.figures.get(figure)) is not None and spread.n >= LEAST_RUNS
    }
    pairs = sorted(
        (_welch(spreads[one], spreads[other]), one, other)
        for one, other in combinations(spreads, 2)
    )
    found: list[Difference] = []
    corrected = 0.0
    for place, (p_value, one, other) in enumerate(pairs):
        corrected = max(corrected, min(1.0, p_value * (len(pairs) - place)))
        difference = spreads[one].mean - spreads[other].mean
        found.append(Difference((one, other), figure, difference, p_value, corrected))
    return found


def _welch(one: Spread, other: Spread) -> float:
    try:
        from scipy.stats import ttest_ind_from_stats  # noqa: PLC0415  not part of the base install
    except ModuleNotFoundError:
        raise ConfigurationError(
            "differences need SciPy, which is not installed; pip install 'fitserve[notebook]'"
        ) from None
    if not one.std and not other.std:  # no scatter at all: the means decide, t is 0/0 or infinite
        return 1.0 if one.mean == other.mean else 0.0
    told = ttest_ind_from_stats(
        one.mean, one.std, one.n, other.mean, other.std, other.n, equal_var=False
    )
    return float(told.pvalue)
