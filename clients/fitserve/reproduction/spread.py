"""How far our own figures scatter: measured once by a long campaign, kept as data."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import Field

from fitserve.reproduction.environment import Environment
from fitserve_core.results import Metrics, Result

DIGITS = 6

Draws = list[list[float | None]]
"""One list a cell of the experiment (a draw), one value a repetition; null: not finite."""


class RowSpread(Result):
    """The figures that an entry's networks reach when they are trained again and again."""

    figures: dict[str, Draws]
    verdicts: dict[str, int] = Field(description="How many runs were worth what.")


class Spread(Result):
    """The spread of every row that was measured."""

    environment: Environment
    rows: dict[str, RowSpread] = Field(default_factory=dict)


def stored_spread() -> Spread | None:
    """Return the spread that comes with the package; None before it was measured."""
    return read_spread(files("fitserve_core.catalogue").joinpath("spread.json"))


def read_spread(file: Traversable) -> Spread | None:
    """Return the spread in a file; None where there is no such file."""
    return Spread.model_validate_json(file.read_bytes()) if file.is_file() else None


def write_spread(spread: Spread, path: Path) -> None:
    """Write a spread, one line a row, so that two of them can be compared."""
    rows = [f'  "{name}": {row.model_dump_json()}' for name, row in sorted(spread.rows.items())]
    environment = spread.environment.model_dump_json()
    text = ",\n".join(rows)
    path.write_text(f'{{"environment": {environment},\n "rows": {{\n{text}\n}}}}\n')


def row_spread(figures: list[str], metrics: Metrics) -> RowSpread:
    """Return what an experiment's runs say of `figures`."""
    cells = sorted({run.cell for run in metrics.runs})
    verdicts = [run.verdict.name if run.verdict else run.status for run in metrics.runs]
    return RowSpread(
        figures={name: [_values(metrics, cell, name) for cell in cells] for name in figures},
        verdicts={name: verdicts.count(name) for name in dict.fromkeys(verdicts)},
    )


def _values(metrics: Metrics, cell: int, figure: str) -> list[float | None]:
    finals = [run.final or {} for run in metrics.runs if run.cell == cell]
    return [_rounded(final.get(figure)) for final in finals]


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
