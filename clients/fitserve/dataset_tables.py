"""Data sets for people: one line each, and one in full."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from fitserve.figures import number
from fitserve_core.datasets.description import (
    CertifiedFit,
    DatasetCard,
    DatasetDetails,
    Measurement,
    Part,
    ValueRange,
)

PARTS: tuple[Part, ...] = ("train", "validation", "test")
NOT_FETCHED = "not fetched yet; the first training on it fetches it"


def datasets_table(datasets: Iterable[DatasetCard]) -> Table:
    """Return one line for each data set, with the rows of its parts."""
    table = _table("name")
    table.add_column("what")
    for part in PARTS:
        table.add_column(part, justify="right", no_wrap=True)
    for dataset in datasets:
        rows = [f"{dataset.rows[part]:,}" for part in PARTS]
        table.add_row(dataset.name, dataset.title, *rows)
    return table


def dataset_view(dataset: DatasetDetails) -> RenderableType:
    """Return one data set: ranges, class counts or measurements, the certified fit."""
    shown: list[RenderableType] = [
        Text.assemble((dataset.title, "bold"), " · ", dataset.task),
        Text(f"inputs: {_range(dataset.input_range)}"),
    ]
    if dataset.target_range:
        shown.append(Text(f"targets: {_range(dataset.target_range)}"))
    if not dataset.fetched:
        shown.append(Text(NOT_FETCHED, style="yellow"))
    if dataset.class_counts:
        shown.append(_counts(dataset.class_counts))
    if dataset.measurements:
        shown.append(_measurements(dataset.measurements))
    if dataset.certified:
        shown += _certified(dataset.certified)
    return Group(*shown)


def _range(values: ValueRange) -> str:
    return f"{values.minimum:g} to {values.maximum:g} {values.unit}"


def _counts(counts: dict[Part, list[int]]) -> Table:
    table = _table("")
    table.padding = (0, 1, 0, 0)  # ten columns are to fit a terminal of 80
    for label in range(len(counts["train"])):
        table.add_column(str(label), justify="right", no_wrap=True)
    for part in PARTS:
        table.add_row(part, *map(str, counts[part]))
    return table


def _measurements(measurements: list[Measurement]) -> Table:
    table = _table("wavelength, nm", "transmittance", justify="right")
    for row in measurements:
        table.add_row(f"{row.wavelength:g}", f"{row.transmittance:.7f}")
    return table


def _certified(fit: CertifiedFit) -> list[RenderableType]:
    table = _table("", "", "certified", "std")
    for parameter in fit.parameters:
        table.add_row(
            parameter.name, parameter.meaning, f"{parameter.value:.11g}", f"{parameter.std:.11g}"
        )
    return [Text(f"NIST's certified fit: {fit.model}; MSE on [0, 1] {number(fit.mse)}"), table]


def _table(*headings: str, justify: JustifyMethod = "left") -> Table:
    table = Table(box=SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, justify=justify, no_wrap=True)
    return table
