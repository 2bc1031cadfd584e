"""The interval of one more draw, against quantiles from a table and against its own promise."""

import math
import random
from statistics import fmean, stdev

import pytest

from fitserve.reproduction.intervals import Interval, prediction_interval

# Student's t for a two-sided 99 %, from a table: degrees of freedom, quantile.
T_TABLE = [(1, 63.657), (3, 5.841), (7, 3.499), (9, 3.250)]


class TestPredictionInterval:
    @pytest.mark.parametrize(("freedom", "quantile"), T_TABLE)
    def test_is_as_wide_as_students_t_says(self, freedom: int, quantile: float) -> None:
        draws = [float(place % 3) for place in range(freedom + 1)]
        interval = prediction_interval(draws)
        half = quantile * stdev(draws) * math.sqrt(1 + 1 / len(draws))
        assert (interval.high - interval.low) / 2 == pytest.approx(half, rel=2e-4)
        assert (interval.high + interval.low) / 2 == pytest.approx(fmean(draws))

    def test_of_logarithms_is_symmetric_in_ratio(self) -> None:
        interval = prediction_interval([1e-3, 2e-3, 4e-3], logarithmic=True)
        assert interval.low * interval.high == pytest.approx((2e-3) ** 2)
        assert interval.low > 0

    def test_holds_one_more_draw_99_times_in_100(self) -> None:
        dice = random.Random(4)
        held = 0
        for _ in range(4_000):
            *draws, next_one = (dice.gauss(5, 2) for _ in range(9))
            held += prediction_interval(draws).holds(next_one)
        # 4,000 trials at 99 %: a standard deviation is 6.3.
        assert 3_960 - 25 < held < 3_960 + 25

    def test_equal_draws_allow_what_prints_equal(self) -> None:
        interval = prediction_interval([1 / 3] * 8)
        assert interval.holds(0.333333)
        assert not interval.holds(0.333335)

    def test_one_draw_has_no_spread(self) -> None:
        with pytest.raises(ValueError, match="at least 2 draws; received 1"):
            prediction_interval([0.5])


def test_ends_are_inside() -> None:
    assert Interval(1, 2).holds(1)
    assert Interval(1, 2).holds(2)
    assert not Interval(1, 2).holds(2.1)
