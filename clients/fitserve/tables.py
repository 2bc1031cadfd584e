"""Tables for people: a summary as mean ± standard deviation, a list of experiments."""

from collections.abc import Iterable
from typing import Any

from rich.box import HORIZONTALS, SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from fitserve.figures import mean_std, number
from fitserve_core.results import CellSummary, Experiment, RunTally, Summary

STATUS_STYLES = {
    "queued": "dim",
    "running": "cyan",
    "succeeded": "green",
    "failed": "red",
    "cancelled": "yellow",
}
IDLE_STYLE = "yellow"
ROWS = {"train": "", "val": "val_", "test": "test_"}
FIGURES = {"loss": "loss", "accuracy": "accuracy"}
REGRESSION_FIGURES = {"MSE on [0, 1]": "mse"}


def summary_table(summary: Summary, title: str | None = None) -> Table:
    """Return mean ± standard deviation of every cell, one line for each part of the data.

    A cell's first columns say what was varied, if anything was, the next what became of its runs.
    ★ marks the best cell. Digits show loss and accuracy, regression the MSE on the [0, 1] scale.
    """
    figures = _figures(summary)
    rows = [row for row, prefix in ROWS.items() if _reported(summary, prefix, figures)]
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption=_kept(summary),
        caption_justify="left",
        box=HORIZONTALS,
        show_lines=True,
    )
    for heading in (*_knobs(summary), "runs"):  # these wrap in a narrow terminal, figures never
        table.add_column(Text(heading))
    table.add_column("", no_wrap=True)
    for heading in figures:
        table.add_column(Text(heading), justify="right", no_wrap=True)
    for cell in summary.cells:
        table.add_row(*_cell_row(cell, figures, rows, best=cell.cell == summary.best_cell))
    return table


def plain_rows(summary: Summary) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of `summary_table` as text, one line a cell.

    A column for each knob that was varied, the runs, and a column for each figure of each part of
    the data. ★ marks the best cell.
    """
    figures = _figures(summary)
    columns = {
        f"{row} {heading}": prefix + name
        for heading, name in figures.items()
        for row, prefix in ROWS.items()
        if any(prefix + name in cell.figures for cell in summary.cells)
    }
    header = [*_knobs(summary), "runs", *columns]
    rows = [
        [
            *(_knob(value) for value in cell.config.values()),
            _tally(cell.n).plain.replace("\n", ", ")
            + (" ★" if cell.cell == summary.best_cell else ""),
            *(_figure(cell, name) for name in columns.values()),
        ]
        for cell in summary.cells
    ]
    return header, rows


def experiments_table(experiments: Iterable[Experiment]) -> Table:
    """Return one line for each experiment; one without a name goes by its model's."""
    table = Table(box=SIMPLE_HEAD, expand=True)
    table.add_column("experiment", no_wrap=True)
    table.add_column("name", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("status", no_wrap=True)
    for heading in ("epochs", "kept figure"):
        table.add_column(heading, justify="right", no_wrap=True)
    for experiment in experiments:
        kept, progress = experiment.kept_model, experiment.progress
        table.add_row(
            experiment.id,
            Text(experiment.name or experiment.spec.model_name),
            status_text(experiment),
            f"{progress.epochs_done}/{progress.epochs_total}",
            number(kept.value) if kept else ("none trained" if _idle(experiment) else "—"),
        )
    return table


def status_text(experiment: Experiment) -> Text:
    """Return an experiment's status in its colour; that of success is for what keeps a model."""
    style = IDLE_STYLE if _idle(experiment) else STATUS_STYLES.get(experiment.status, "")
    return Text(experiment.status, style=style)


def _idle(experiment: Experiment) -> bool:
    return experiment.status == "succeeded" and experiment.kept_model is None


def _figures(summary: Summary) -> dict[str, str]:
    reported = {name for cell in summary.cells for name in cell.figures}
    return REGRESSION_FIGURES if "mse" in reported else FIGURES


def _reported(summary: Summary, prefix: str, figures: dict[str, str]) -> bool:
    return any(prefix + name in cell.figures for cell in summary.cells for name in figures.values())


def _knobs(summary: Summary) -> list[str]:
    names = dict.fromkeys(name for cell in summary.cells for name in cell.config)
    return [name.rpartition(".")[2].replace("_", " ") for name in names]


def _cell_row(
    cell: CellSummary, figures: dict[str, str], rows: list[str], *, best: bool
) -> list[RenderableType]:
    knobs = [Text(_knob(value), style="bold" if best else "") for value in cell.config.values()]
    told = [*knobs, _tally(cell.n)]
    if best:
        told[0].append(" ★", style="yellow")
    if cell.unstable:
        told[0].append("\nunstable", style="red")
    return [*told, "\n".join(rows), *_columns(cell, figures, rows, best=best)]


def _knob(value: Any) -> str:
    """Return a configured value as a table shows it: an object by its name and its knobs."""
    if not isinstance(value, dict):
        return str(value)
    return ", ".join(
        str(part) if key == "name" else f"{key.replace('_', ' ')} {part}"
        for key, part in value.items()
    )


def _columns(
    cell: CellSummary, figures: dict[str, str], rows: list[str], *, best: bool
) -> list[Text]:
    return [
        Text(
            "\n".join(_figure(cell, ROWS[row] + name) for row in rows),
            style="bold" if best else "",
        )
        for name in figures.values()
    ]


def _figure(cell: CellSummary, name: str) -> str:
    spread = cell.figures.get(name)
    return "—" if spread is None else mean_std(spread)


def _tally(n: RunTally) -> Text:
    """Return what became of the runs, as `3/4 trained` and a line for each other fate."""
    fates = {
        "did not train": (n.did_not_train, "red"),
        "diverged": (n.diverged, "red"),
        "failed": (n.failed, "red"),
        "cancelled": (n.cancelled, "yellow"),
        "unfinished": (n.unfinished, "cyan"),
    }
    text = Text(f"{n.trained}/{n.requested} trained")
    for fate, (count, style) in fates.items():
        if count:
            text.append(f"\n{count} {fate}", style=style)
    return text


def _kept(summary: Summary) -> Text:
    kept = summary.kept_model
    if kept is None:
        return Text("no model kept: no run has trained")
    return Text(f"★ best cell\nmodel kept: {kept.run_id}, {kept.figure} {number(kept.value)}")
