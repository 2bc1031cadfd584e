"""A row of the sheet beside ours: the same verdict, and its figures inside our own spread."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Literal

from pydantic import Field

from fitserve.reproduction.intervals import Interval, prediction_interval
from fitserve.reproduction.spread import Draws, RowSpread
from fitserve_core.catalogue.published import CatalogueEntry, PublishedFigure
from fitserve_core.results import Metrics, Result, RunMetrics

Worth = Literal["trained", "did_not_train", "diverged", "unstable"]


class ComparedFigure(Result):
    """One published number and where ours lie."""

    name: str
    repetition: int | None = Field(
        default=None, description="Which row of a network that is trained on, from 1."
    )
    published: float
    ours: float | None = Field(description="Of the entry trained as published; null: not finite.")
    draws: list[float] = Field(description="What its spread is formed of.")
    low: float | None = None
    high: float | None = None
    inside: bool | None = Field(description="null: no spread was measured.")

    @property
    def difference(self) -> float | None:
        """Ours less the published one."""
        return None if self.ours is None else self.ours - self.published


class ComparedRow(Result):
    """One row of the sheet beside ours."""

    id: str
    title: str
    group: str
    published_verdict: str
    verdict: Worth
    verdicts: dict[str, int] = Field(description="Of the runs as published.")
    spread_verdicts: dict[str, int] = Field(description="Of the runs that measured the spread.")
    figures: list[ComparedFigure]
    independent: list[ComparedFigure] = Field(
        default_factory=list,
        description="Where the sheet trained one network on: the published mean, beside what "
        "independent repetitions give.",
    )
    reproduced: bool
    reasons: list[str] = Field(description="Why not, as far as it is known.")
    seeds: list[int]
    epoch_seconds: float | None
    published_epoch_seconds: tuple[float, float] | None
    notes: list[str]


def compare(
    entry: CatalogueEntry,
    published: Mapping[str, PublishedFigure],
    metrics: Metrics,
    spread: RowSpread | None,
) -> ComparedRow:
    """Return an entry beside what came of it.

    Args:
        entry: the sheet's row.
        published: its figures, or those of the entry that it is said to be like.
        metrics: of the entry trained as published.
        spread: measured; None if it was not.
    """
    draws = spread.figures if spread else {}
    figures = [
        figure
        for name in entry.deciding_figures
        for figure in _figures(entry, name, published[name], metrics.runs, draws.get(name, []))
    ]
    counts: Counter[str] = Counter(
        run.verdict.name if run.verdict else run.status for run in metrics.runs
    )
    verdict = _worth(counts)
    reasons = _reasons(entry, verdict, figures, metrics.runs)
    return ComparedRow(
        id=entry.id,
        title=entry.title,
        group=entry.group,
        published_verdict=entry.verdict,
        verdict=verdict,
        verdicts=dict(counts),
        spread_verdicts=spread.verdicts if spread else {},
        figures=figures,
        independent=[
            _independent(name, published[name], draws.get(name, []))
            for name in (entry.deciding_figures if entry.continued else ())
        ],
        reproduced=not reasons,
        reasons=reasons,
        seeds=[run.seed for run in metrics.runs],
        epoch_seconds=_epoch_seconds(metrics.runs),
        published_epoch_seconds=entry.seconds_per_epoch,
        notes=entry.notes,
    )


def _figures(
    entry: CatalogueEntry,
    name: str,
    published: PublishedFigure,
    runs: Sequence[RunMetrics],
    draws: Draws,
) -> list[ComparedFigure]:
    values = [(run.final or {}).get(name) for run in runs]
    if not entry.continued:
        # A draw is what the sheet printed: one run, or the mean of the repetitions of one split.
        flat = [run for cell in draws for run in cell] if published.n == 1 else _means(draws)
        return [_compared(name, published.mean, _mean(values), flat)]
    assert published.values is not None
    return [
        _compared(name, printed, values[place], [cell[place] for cell in draws], place + 1)
        for place, printed in enumerate(published.values)
    ]


def _independent(name: str, published: PublishedFigure, draws: Draws) -> ComparedFigure:
    firsts = [cell[0] for cell in draws]
    return _compared(name, published.mean, _mean(firsts), firsts)


def _compared(
    name: str,
    published: float,
    ours: float | None,
    draws: Sequence[float | None],
    repetition: int | None = None,
) -> ComparedFigure:
    finite = [draw for draw in draws if draw is not None]
    interval: Interval | None = None
    if len(finite) > 1:
        interval = prediction_interval(finite, logarithmic=name.endswith("mse"))
    return ComparedFigure(
        name=name,
        repetition=repetition,
        published=published,
        ours=ours,
        draws=finite,
        low=interval and interval.low,
        high=interval and interval.high,
        inside=interval and interval.holds(published),
    )


def _worth(counts: Counter[str]) -> Worth:
    """Return what more than half of the runs are worth; `unstable` where no verdict is."""
    name, count = counts.most_common(1)[0]
    if 2 * count <= counts.total():
        return "unstable"
    if name == "trained":
        return "trained"
    return "diverged" if name == "diverged" else "did_not_train"


def _reasons(
    entry: CatalogueEntry,
    verdict: Worth,
    figures: list[ComparedFigure],
    runs: Sequence[RunMetrics],
) -> list[str]:
    reasons = []
    # The sheet does not tell a loss that diverged from one that did not fall.
    succeeded = verdict == "trained"
    if verdict == "unstable" or succeeded != (entry.verdict == "trained"):
        ours = verdict.replace("_", " ")
        reasons.append(f"verdict {ours}, the sheet's: {_said(entry)}{_evidence(runs)}")
    for figure in figures:
        told = figure.name.replace("_", " ") + _which(figure)
        if figure.inside is None:
            reasons.append(f"no spread of {told} was measured")
        elif not figure.inside:
            side = (
                "above" if figure.high is not None and figure.published > figure.high else "below"
            )
            reasons.append(
                f"the sheet's {told} {figure.published:g} lies {side} our 99 % interval "
                f"[{figure.low:.4g}, {figure.high:.4g}]"
            )
    return reasons


def _said(entry: CatalogueEntry) -> str:
    return "trained" if entry.verdict == "trained" else "did not work"


def _evidence(runs: Sequence[RunMetrics]) -> str:
    """Return what our verdicts rest on, and where our runs ended, as far as it is finite."""
    verdicts = [run.verdict for run in runs if run.verdict]
    explained = [
        float(one.evidence["explained"] or 0) for one in verdicts if "explained" in one.evidence
    ]
    told = []
    if explained:
        low, high = min(explained), max(explained)
        shares = f"{low:.0%}" if low == high else f"{low:.0%} to {high:.0%}"
        told.append(f"training loss less than a constant answer's by {shares}")
    finals = {
        name: _mean([(run.final or {}).get(name) for run in runs])
        for name in ("test_accuracy", "test_mse")
    }
    told += [
        f"{name.replace('_', ' ')} {mean:.4g}" for name, mean in finals.items() if mean is not None
    ]
    return f" (ours: {', '.join(told)})" if told else ""


def _which(figure: ComparedFigure) -> str:
    return "" if figure.repetition is None else f" of repetition {figure.repetition}"


def _means(draws: Draws) -> list[float | None]:
    return [_mean(cell) for cell in draws]


def _mean(values: Sequence[float | None]) -> float | None:
    finite = [value for value in values if value is not None]
    return fmean(finite) if finite else None


def _epoch_seconds(runs: Sequence[RunMetrics]) -> float | None:
    return _mean([epoch.seconds for run in runs for epoch in run.epochs])
