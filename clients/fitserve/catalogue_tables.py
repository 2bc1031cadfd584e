"""The catalogue for people: a table for each part of the sheet, and one entry in full."""

from collections.abc import Iterable
from itertools import groupby

import yaml
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fitserve.figures import mean_std, number
from fitserve_core.catalogue.published import CatalogueEntry, PublishedFigure

TITLES = {
    "eckerle4": "Eckerle4",
    "learning_rates": "Digits, learning rates",
    "configurations": "Digits, configurations A to U",
    "depth": "Digits, depth and the vanishing gradient",
    "claims": "Digits, told without figures",
    "recommended": "Recommended instead, not the sheet's",
}
VERDICT_STYLES = {"trained": "green", "did_not_train": "red", "diverged": "red"}


def catalogue_table(entries: Iterable[CatalogueEntry]) -> RenderableType:
    """Return a table for each part of the sheet: id, what it is, published figure, verdict."""
    return Group(
        *(
            _part(TITLES.get(group, group), list(part))
            for group, part in groupby(entries, lambda entry: entry.group)
        )
    )


def entry_view(entry: CatalogueEntry) -> RenderableType:
    """Return one entry: every published figure, the notes, the spec, and how to train it."""
    shown: list[RenderableType] = [
        Text.assemble((entry.id, "bold"), " ", entry.title, " · ", verdict_text(entry.verdict))
    ]
    if entry.published:
        shown.append(_figures(entry))
    if entry.like:
        shown.append(Text(f"published figures: those of {entry.like}"))
    shown += [Padding(Text(f"· {note}"), (0, 2)) for note in entry.notes]
    spec = yaml.safe_dump(entry.spec, sort_keys=False, default_flow_style=None)
    return Group(*shown, Text(f"\n{spec}"), Text(f"echo 'preset: {entry.id}' | fitserve train -"))


def verdict_text(verdict: str) -> Text:
    """Return a verdict in its colour."""
    return Text(verdict.replace("_", " "), style=VERDICT_STYLES.get(verdict, ""))


def _part(title: str, entries: list[CatalogueEntry]) -> Table:
    # The last deciding figure is the test's.
    figures = {entry.deciding_figures[-1] for entry in entries if entry.deciding_figures}
    told = f"{title}: {', '.join(map(_words, figures))}"
    table = Table(box=SIMPLE_HEAD, expand=True, title=told, title_justify="left")
    table.add_column("id", no_wrap=True)
    table.add_column("what", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("published", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for entry in entries:
        table.add_row(
            entry.id, Text(entry.title), _deciding_figure(entry), verdict_text(entry.verdict)
        )
    return table


def _deciding_figure(entry: CatalogueEntry) -> str:
    if entry.like:
        return f"as {entry.like}"
    return _written(entry.published[entry.deciding_figures[-1]]) if entry.deciding_figures else "—"


def _figures(entry: CatalogueEntry) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("figure", no_wrap=True)
    table.add_column("published", justify="right", no_wrap=True)
    table.add_column("of" if any(figure.n > 1 for figure in entry.published.values()) else "")
    for name, figure in entry.published.items():
        values = figure.values if figure.n > 1 and figure.values else []
        table.add_row(_words(name), _written(figure), "  ".join(map(number, values)))
    return table


def _written(figure: PublishedFigure) -> str:
    return number(figure.mean) if figure.std is None else mean_std(figure)


def _words(figure: str) -> str:
    words = {"val": "validation", "mse": "MSE"}
    return " ".join(words.get(word, word) for word in figure.split("_"))
