"""A reproduction from its first line to its last."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from fitserve.figures import counted
from fitserve.reproduction.display import bar
from fitserve.reproduction.environment import environment
from fitserve.reproduction.posts import Part, selected
from fitserve.reproduction.report import write_report
from fitserve.reproduction.reproduce import measure_spread, reproduce
from fitserve.reproduction.result import Reproduction
from fitserve.reproduction.spread import Spread, read_spread, stored_spread, write_spread
from fitserve.sync.client import Client
from fitserve_core.catalogue.published import CatalogueEntry


def tell(
    client: Client,
    entries: Iterable[CatalogueEntry],
    only: Part | None,
    report: Path | None,
    console: Console,
) -> None:
    """Reproduce the entries, write the report where one is wanted, print what came of it."""
    chosen = selected(entries, only)
    console.print(f"{counted(len(chosen), 'row')} of the exercise sheet, each as published.")
    with bar(console) as display:
        result = reproduce(client, chosen, stored_spread(), display)
    if report is not None:
        console.print(f"report: {write_report(result, report)}")
    _conclude(result, console)


def tell_spread(
    client: Client,
    entries: Iterable[CatalogueEntry],
    only: Part | None,
    path: Path,
    console: Console,
) -> None:
    """Measure the spread of the entries and add it, row by row, to what the file holds."""
    known = read_spread(path)
    rows = dict(known.rows) if known else {}
    with bar(console) as display:
        for entry_id, spread in measure_spread(client, selected(entries, only), display):
            rows[entry_id] = spread
            write_spread(Spread(environment=environment(), rows=rows), path)
    console.print(f"spread of {counted(len(rows), 'row')}: {path}")


def _conclude(result: Reproduction, console: Console) -> None:
    for row in result.rows:
        if not row.reproduced:
            console.print(f"  {row.id}: {'; '.join(row.reasons)}", highlight=False)
    console.print(result.headline, style="bold")
