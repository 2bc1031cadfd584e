"""Norms of gradients: whether they vanish on their way to the input side."""

import plotly.graph_objects as go

from fitserve_core.results import RunMetrics
from fitserve_service.figures.theme import color, epochs_axis, figure
from fitserve_service.labels import layer_label


def gradient_norms(run: RunMetrics) -> go.Figure:
    """Return the norm of each layer's gradient over the epochs of a run, on a log axis."""
    drawn = figure("norm of the gradient of each layer", hovermode="x unified")
    recorded = [epoch for epoch in run.epochs if epoch.gradient_norms]
    layers = max((len(epoch.gradient_norms or []) for epoch in recorded), default=0)
    for layer in range(layers):
        drawn.add_scatter(
            x=[epoch.epoch for epoch in recorded],
            y=[(epoch.gradient_norms or [])[layer] or None for epoch in recorded],
            mode="lines" if len(recorded) > 1 else "markers",
            line={"color": color(layer)},
            name=layer_label(layer, layers),
        )
    epochs_axis(drawn, max((epoch.epoch for epoch in recorded), default=1))
    drawn.update_yaxes(title="norm", type="log", exponentformat="power")
    return drawn
