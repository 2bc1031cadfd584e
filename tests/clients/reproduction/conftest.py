"""Metrics and spreads as a service would give them, for rows of the catalogue."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from fitserve.reproduction.spread import RowSpread
from fitserve_core.results import EpochFigures, Metrics, RunMetrics, Verdict

MakeMetrics = Callable[..., Metrics]
MakeSpread = Callable[..., RowSpread]


@pytest.fixture
def metrics() -> MakeMetrics:
    """Return a maker of metrics: one run for each dict of final figures."""

    def make(*finals: Mapping[str, float | None], verdicts: Sequence[str] = ()) -> Metrics:
        return Metrics(
            experiment_id="exp_1",
            runs=[
                _run(place, final, (list(verdicts) or ["trained"] * len(finals))[place])
                for place, final in enumerate(finals)
            ],
        )

    return make


@pytest.fixture
def spread() -> MakeSpread:
    """Return a maker of spreads: draws by figure, each a list of repetitions."""

    def make(**figures: list[list[float | None]]) -> RowSpread:
        return RowSpread(figures=figures, verdicts={"trained": 8})

    return make


def _run(place: int, final: Mapping[str, float | None], verdict: Any) -> RunMetrics:
    return RunMetrics(
        run_id=f"run_{place}",
        cell=0,
        config={},
        repetition=place,
        seed=place,
        status="succeeded",
        attempt=1,
        verdict=Verdict(name=verdict, reason="", evidence={"explained": 0.25 + place / 10}),
        epochs=[EpochFigures(epoch=1, loss=1.0, seconds=0.5)],
        final=dict(final),
    )
