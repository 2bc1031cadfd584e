"""Where a classifier of digits is right and wrong."""

import math

import numpy as np
import plotly.graph_objects as go

from fitserve_core.records import Confusion, RunRecord
from fitserve_service.figures.theme import figure
from fitserve_service.figures.weights import mosaic

PITCH = 29  # an image and the line beside it


def confusion(record: RunRecord) -> go.Figure:
    """Return how often a label was taken for a class, one matrix a part of the data.

    Colours go by the wrong answers alone: with the right ones, all else would be white.
    """
    matrices = record.confusion or []
    drawn = figure("how often a label was taken for a class", height=520)
    if not matrices:
        return drawn.add_annotation(text="The outputs are not finite.", showarrow=False)
    titles = [f"{matrix.part} digits" for matrix in matrices]
    drawn.set_subplots(rows=1, cols=len(matrices), subplot_titles=titles)
    for column, matrix in enumerate(matrices, 1):
        drawn.add_traces(_cells(matrix), rows=1, cols=column)
        axis = "" if column == 1 else str(column)
        drawn.update_yaxes(scaleanchor=f"x{axis}", row=1, col=column)
    drawn.update_xaxes(title="taken for", dtick=1, constrain="domain", showgrid=False)
    drawn.update_yaxes(
        title="label", dtick=1, autorange="reversed", constrain="domain", showgrid=False
    )
    return drawn


def most_wrong(record: RunRecord) -> go.Figure:
    """Return the test images with the most confident wrong answers."""
    wrong = record.most_wrong or []
    drawn = figure("most confident wrong answers: label → taken for", height=480)
    if not wrong:
        return drawn.add_annotation(text="No wrong answer.", showarrow=False)
    columns = math.ceil(math.sqrt(len(wrong)))
    drawn.add_heatmap(
        z=mosaic([np.array(digit.pixels, np.float32) for digit in wrong]),
        colorscale="Greys",
        reversescale=True,
        showscale=False,
        hoverinfo="skip",
    )
    for place, digit in enumerate(wrong):
        drawn.add_annotation(
            x=(place % columns) * PITCH,
            y=(place // columns) * PITCH,
            xanchor="left",
            yanchor="top",
            text=f"{digit.label} → {digit.predicted}, {digit.probability:.0%}",
            font={"color": "#ffd166", "size": 11},
            bgcolor="rgba(0,0,0,0.6)",
            showarrow=False,
        )
    drawn.update_xaxes(visible=False, constrain="domain")
    return drawn.update_yaxes(
        visible=False, autorange="reversed", scaleanchor="x", constrain="domain"
    )


def _cells(matrix: Confusion) -> list[go.Heatmap]:
    counts = np.array(matrix.counts)
    right = np.eye(len(counts), dtype=bool)
    return [
        go.Heatmap(
            z=np.where(mask, counts, np.nan),
            text=np.where(mask, counts.astype(str), ""),
            texttemplate="%{text}",
            colorscale=scale,
            showscale=False,
            hovertemplate="label %{y}, taken for %{x}: %{z} times<extra></extra>",
        )
        for mask, scale in ((right, "Greens"), (~right, "Oranges"))
    ]
