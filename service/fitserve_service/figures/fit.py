"""Eckerle4: the data, the fits, NIST's certified curve, the residuals."""

from collections.abc import Sequence

import plotly.graph_objects as go

from fitserve_core.records import Curve, Residual
from fitserve_service.figures.theme import color, figure

SYMBOLS = {"train": "circle", "validation": "square", "test": "diamond-open"}
CERTIFIED = "#8a8a8a"


def fitted_curves(curves: Sequence[tuple[str, Curve]], cell: str) -> go.Figure:
    """Return the fit of each run of a cell over the data, and its residuals below.

    Args:
        curves: a name and the record of each run; at least one.
        cell: what the cell is called.
    """
    drawn = figure("Transmittance over wavelength", height=560)
    drawn.update_layout(title_subtitle_text=cell)
    drawn.set_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.68, 0.32], vertical_spacing=0.06
    )
    for index, (name, curve) in enumerate(curves):
        _add_fit(drawn, name, curve, color(index))
    _add_certified(drawn, curves[0][1])
    for part, symbol in SYMBOLS.items():
        _add_data(drawn, part, symbol, [row for row in curves[0][1].residuals if row.part == part])
    drawn.update_xaxes(title="wavelength in nm", row=2, col=1)
    drawn.update_yaxes(title="transmittance", row=1, col=1)
    drawn.update_yaxes(title="residual", row=2, col=1)
    return drawn


def _add_fit(drawn: go.Figure, name: str, curve: Curve, line: str) -> None:
    drawn.add_scatter(
        x=[point.wavelength for point in curve.points],
        y=[point.fitted for point in curve.points],
        mode="lines",
        line={"color": line},
        name=name,
        legendgroup=name,
        row=1,
        col=1,
    )
    drawn.add_scatter(
        x=[row.wavelength for row in curve.residuals],
        y=[row.residual for row in curve.residuals],
        mode="lines+markers",
        line={"color": line, "width": 1},
        marker={"size": 4},
        name=name,
        legendgroup=name,
        showlegend=False,
        row=2,
        col=1,
    )


def _add_certified(drawn: go.Figure, curve: Curve) -> None:
    drawn.add_scatter(
        x=[point.wavelength for point in curve.points],
        y=[point.certified for point in curve.points],
        mode="lines",
        line={"color": CERTIFIED, "dash": "dash"},
        name="NIST's certified fit",
        legendgroup="certified",
        row=1,
        col=1,
    )
    drawn.add_scatter(
        x=[row.wavelength for row in curve.residuals],
        y=[row.certified_residual for row in curve.residuals],
        mode="lines",
        line={"color": CERTIFIED, "dash": "dash", "width": 1},
        name="NIST's certified fit",
        legendgroup="certified",
        showlegend=False,
        row=2,
        col=1,
    )


def _add_data(drawn: go.Figure, part: str, symbol: str, rows: Sequence[Residual]) -> None:
    if rows:
        drawn.add_scatter(
            x=[row.wavelength for row in rows],
            y=[row.transmittance for row in rows],
            mode="markers",
            marker={"symbol": symbol, "size": 8, "color": CERTIFIED},
            name=f"{part} data",
            row=1,
            col=1,
        )
