"""What all figures share: colours and axes."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

# Okabe and Ito's colours, told apart by colour-blind readers too; without the yellow, which is too
# pale for a line on white, and with a middle grey, so that all are seen on white and on black.
COLORWAY = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8a8a")
BAND_OPACITY = 0.18
HEIGHT = 400
FEW = 15
CLEAR = "rgba(0,0,0,0)"


def figure(title: str, traces: Sequence[Any] = (), **layout: Any) -> go.Figure:
    """Return a figure in the house's look; a page recolours its text and its grid for the dark."""
    return go.Figure(traces).update_layout(
        template=go.layout.Template(
            layout={
                "colorway": list(COLORWAY),
                "font": {"family": "system-ui, sans-serif", "size": 13},
                "paper_bgcolor": CLEAR,
                "plot_bgcolor": CLEAR,
                "xaxis": {"gridcolor": "#d8d8d8", "zeroline": False, "automargin": True},
                "yaxis": {"gridcolor": "#d8d8d8", "zeroline": False, "automargin": True},
            }
        ),
        title={
            "text": title,
            "x": 0,
            "xref": "paper",
            "font": {"size": 15},
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 8},
        },
        margin={"l": 56, "r": 16, "t": 64, "b": 96},
        legend={"orientation": "h", "y": 0, "yref": "container", "yanchor": "bottom"},
        **{"height": HEIGHT, **layout},
    )


def color(index: int) -> str:
    """Return the colour of the cell, layer or experiment of this index."""
    return COLORWAY[index % len(COLORWAY)]


def faded(hexadecimal: str, opacity: float) -> str:
    """Return a colour `#rrggbb` as a transparent one."""
    red, green, blue = (int(hexadecimal[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def epochs_axis(drawn: go.Figure, last: int) -> None:
    """Let the horizontal axis count epochs, whole ones, up to the last."""
    drawn.update_xaxes(title="epoch", range=[0, last + 0.5], dtick=1 if last <= FEW else None)
