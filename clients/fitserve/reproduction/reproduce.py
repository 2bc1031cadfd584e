"""From a running service to compared rows, and to a measured spread."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from fitserve.reproduction.campaign import Display, train
from fitserve.reproduction.comparison import ComparedRow, compare
from fitserve.reproduction.environment import environment
from fitserve.reproduction.posts import as_published, for_spread
from fitserve.reproduction.result import Reproduction
from fitserve.reproduction.spread import RowSpread, Spread, row_spread
from fitserve.sync.client import Client
from fitserve_core.catalogue.contradictions import CONTRADICTIONS
from fitserve_core.catalogue.published import CatalogueEntry, PublishedFigure
from fitserve_core.catalogue.registry import CATALOGUE
from fitserve_core.results import Metrics


def reproduce(
    client: Client, entries: Sequence[CatalogueEntry], spread: Spread | None, display: Display
) -> Reproduction:
    """Train entries as the sheet did and hold its figures against our spread."""
    measured = {
        post.entry.id: client.experiments.metrics(experiment.id)
        for post, experiment in train(client, [as_published(one) for one in entries], display)
    }
    return Reproduction(
        environment=environment(),
        minutes=_minutes(measured.values()),
        rows=[_compared(entry, measured[entry.id], spread) for entry in entries],
        spread_environment=spread.environment if spread else None,
        contradictions=list(CONTRADICTIONS),
    )


def measure_spread(
    client: Client, entries: Sequence[CatalogueEntry], display: Display
) -> Iterator[tuple[str, RowSpread]]:
    """Train entries again and again; yield each one's id and how its figures scatter."""
    posts = [post for entry in entries if (post := for_spread(entry))]
    for post, experiment in train(client, posts, display):
        metrics = client.experiments.metrics(experiment.id)
        yield post.entry.id, row_spread(post.entry.deciding_figures, metrics)


def _compared(entry: CatalogueEntry, metrics: Metrics, spread: Spread | None) -> ComparedRow:
    of_entry = spread.rows.get(entry.id) if spread else None
    return compare(entry, _published(entry), metrics, of_entry)


def _published(entry: CatalogueEntry) -> dict[str, PublishedFigure]:
    return CATALOGUE[entry.like].published if entry.like else entry.published


def _minutes(measured: Iterable[Metrics]) -> float:
    """Return for how long anything was trained: pauses of an interrupted campaign do not count."""
    spans = sorted(
        (run.started_at, run.finished_at)
        for metrics in measured
        for run in metrics.runs
        if run.started_at and run.finished_at
    )
    total, until = timedelta(), None
    for start, end in spans:
        if until is None or end > until:
            total += end - (start if until is None else max(start, until))
            until = end
    return total / timedelta(minutes=1)
