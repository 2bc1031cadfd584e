"""Learning curves: a mean with a band for each cell, or every run."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

import plotly.graph_objects as go

from fitserve_core.results import RunMetrics
from fitserve_core.store.histories import History
from fitserve_service.figures.options import Quantity, Scale
from fitserve_service.figures.theme import (
    BAND_OPACITY,
    color,
    epochs_axis,
    faded,
    figure,
)
from fitserve_service.labels import config_label, run_label

WORDS: dict[Quantity, str] = {
    "loss": "loss, penalty included",
    "data_loss": "loss without penalty",
    "accuracy": "accuracy",
    "mse": "MSE on the [0, 1] scale",
    "learning_rate": "learning rate",
}
# How training and validation figures are told apart.
PARTS = (("", "training", "dot"), ("val_", "validation", "solid"))


@dataclass(frozen=True)
class Curve:
    """A run without its epochs, and of these what is drawn: of a million all would not fit."""

    run: RunMetrics
    epochs: "array[int]"
    figures: dict[str, list[float | None]]

    def has(self, field: str) -> bool:
        """Return whether there is any such figure."""
        return any(value is not None for value in self.figures[field])


@dataclass(frozen=True)
class Band:
    """A figure over a cell's runs, epoch by epoch."""

    epochs: list[int]
    mean: list[float]
    low: list[float]
    high: list[float]


def learning_curves(
    experiments: Sequence[tuple[str, Iterable[History]]],
    quantity: Quantity,
    *,
    scale: Scale = "linear",
    runs: bool = False,
) -> go.Figure:
    """Return a quantity over the epochs, for each cell of each experiment.

    Bands are the mean ± one standard deviation (ddof = 1) over the runs that have a finite figure
    for an epoch. On a logarithmic axis, which has no place for 0, a band's lower edge is nowhere
    below the least run.

    Args:
        experiments: name and runs of each.
        quantity: what is drawn, of training and of validation where there is one.
        scale: of the quantity's axis.
        runs: draw every run instead of means.
    """
    drawn = figure(WORDS[quantity], hovermode="x unified")
    groups = list(_groups(experiments, [f"{prefix}{quantity}" for prefix, _, _ in PARTS]))
    for index, (name, members) in enumerate(groups):
        for prefix, part, dash in PARTS:
            style = {"color": color(index), "dash": dash}
            label = f"{name}, {part}" if quantity != "learning_rate" else name
            field = f"{prefix}{quantity}"
            traces = (
                _single(members, field, style, label)
                if runs
                else _banded(members, field, style, label, scale)
            )
            drawn.add_traces([trace | {"legendgroup": f"{index}{part}"} for trace in traces])
    ends = (curve.epochs[-1] for _, members in groups for curve in members if curve.epochs)
    epochs_axis(drawn, max(ends, default=1))
    drawn.update_yaxes(title=WORDS[quantity], type=scale)
    return drawn


def _groups(
    experiments: Sequence[tuple[str, Iterable[History]]], fields: Sequence[str]
) -> Iterator[tuple[str, list[Curve]]]:
    for name, histories in experiments:
        cells = defaultdict(list)
        for history in histories:
            cells[history.run.cell].append(_curve(history, fields))
        for _, members in sorted(cells.items()):
            cell = config_label(members[0].run.config)
            yield (f"{name}: {cell}" if len(experiments) > 1 else cell), members


def _curve(history: History, fields: Sequence[str]) -> Curve:
    curve = Curve(history.run, array("q"), {field: [] for field in fields})
    for page in history.epochs:
        curve.epochs.extend(row["epoch"] for row in page)
        for field, values in curve.figures.items():
            values.extend(row.get(field) for row in page)
    return curve


def _single(
    members: list[Curve], field: str, style: dict[str, Any], label: str
) -> list[dict[str, Any]]:
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": list(curve.epochs),
            "y": curve.figures[field],
            "line": style | {"width": 1},
            "name": label,
            "hovertext": f"{label}, {run_label(curve.run)}, seed {curve.run.seed}",
            "showlegend": place == 0,
        }
        for place, curve in enumerate(curve for curve in members if curve.has(field))
    ]


def _banded(
    members: list[Curve], field: str, style: dict[str, Any], label: str, scale: Scale
) -> list[dict[str, Any]]:
    band = _band(members, field, scale)
    if not band.epochs:
        return []
    line = {
        "type": "scatter",
        "mode": "lines" if len(band.epochs) > 1 else "markers",
        "x": band.epochs,
        "y": band.mean,
        "line": style,
        "name": label,
    }
    if len(members) == 1:
        return [line]
    around = {
        "type": "scatter",
        "x": band.epochs + band.epochs[::-1],
        "y": band.high + band.low[::-1],
        "fill": "toself",
        "fillcolor": faded(style["color"], BAND_OPACITY),
        "line": {"width": 0},
        "mode": "lines",
        "name": f"{label}, ± std",
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return [around, line]


def _band(members: list[Curve], field: str, scale: Scale) -> Band:
    values: defaultdict[int, list[float]] = defaultdict(list)
    for curve in members:
        for epoch, value in zip(curve.epochs, curve.figures[field], strict=True):
            if value is not None:
                values[epoch].append(value)
    band = Band([], [], [], [])
    for epoch, seen in sorted(values.items()):
        mean, std = fmean(seen), stdev(seen) if len(seen) > 1 else 0.0
        low = mean - std
        band.epochs.append(epoch)
        band.mean.append(mean)
        band.low.append(max(low, min(seen)) if scale == "log" else low)
        band.high.append(mean + std)
    return band
