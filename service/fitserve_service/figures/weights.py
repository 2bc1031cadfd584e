"""Weights before and after training: their distributions, and the first layer's as images."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fitserve_core.records import Histogram, LayerWeights, NeuronImage, RunRecord, Weights
from fitserve_service.figures.theme import color, figure
from fitserve_service.labels import layer_label

ROW_HEIGHT = 170
PIXEL_VALUES = 255

Image = NDArray[np.floating]


def weight_histograms(record: RunRecord) -> go.Figure:
    """Return kernels and biases of every layer, before and after: one row a layer."""
    layers = len(record.end.layers)
    drawn = figure("density of weights before and after training", height=160 + ROW_HEIGHT * layers)
    titles = [
        f"{layer_label(index, layers)}: {part}"
        for index in range(layers)
        for part in ("weights", "biases")
    ]
    drawn.set_subplots(rows=layers, cols=2, subplot_titles=titles, vertical_spacing=0.3 / layers)
    for place, (when, weights) in enumerate(_moments(record)):
        for row, layer in enumerate(weights.layers, 1):
            for column, histogram in enumerate(_histograms(layer), 1):
                drawn.add_trace(
                    _stairs(histogram, when, color(place), legend=row == column == 1),
                    row=row,
                    col=column,
                )
    return drawn.update_yaxes(rangemode="tozero")


def first_layer_images(record: RunRecord) -> go.Figure:
    """Return the weights of neurons of the first layer as images, before and after."""
    moments = [(when, weights.images) for when, weights in _moments(record) if weights.images]
    drawn = figure("weights of the first layer, one image a neuron", height=420)
    if not moments:
        return drawn.add_annotation(text="Inputs are no images.", showarrow=False)
    drawn.set_subplots(rows=1, cols=len(moments), subplot_titles=[when for when, _ in moments])
    for column, (_, images) in enumerate(moments, 1):
        drawn.add_trace(
            go.Heatmap(
                z=mosaic([_weights_of(image) for image in images]),
                colorscale="RdBu",
                zmid=0,
                colorbar={"x": column / len(moments) - 0.02, "thickness": 10, "len": 0.9},
                hovertemplate="weight %{z:.3f}<extra></extra>",
            ),
            row=1,
            col=column,
        )
        axis = "" if column == 1 else str(column)
        drawn.update_yaxes(scaleanchor=f"x{axis}", row=1, col=column)
    drawn.update_xaxes(visible=False, constrain="domain")
    return drawn.update_yaxes(visible=False, autorange="reversed", constrain="domain")


def mosaic(images: Sequence[Image]) -> NDArray[np.float32]:
    """Return square images side by side, a line of NaN between them, as square as it goes."""
    side = images[0].shape[0]
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    whole = np.full((rows * (side + 1) - 1, columns * (side + 1) - 1), np.nan, np.float32)
    for place, image in enumerate(images):
        top, left = (place // columns) * (side + 1), (place % columns) * (side + 1)
        whole[top : top + side, left : left + side] = image
    return whole


def _moments(record: RunRecord) -> Iterator[tuple[str, Weights]]:
    if record.start is not None:
        yield "before", record.start
    yield "after", record.end


def _histograms(layer: LayerWeights) -> tuple[Histogram, Histogram]:
    return layer.kernel, layer.bias


def _stairs(histogram: Histogram, when: str, line: str, *, legend: bool) -> go.Scatter:
    # Densities: before and after training, bins are not equally wide.
    density = np.array(histogram.counts) / (sum(histogram.counts) * np.diff(histogram.edges))
    return go.Scatter(
        x=histogram.edges,
        y=[*density, *density[-1:]],
        mode="lines",
        line={"shape": "hv", "color": line},
        fill="tozeroy",
        name=when,
        legendgroup=when,
        showlegend=legend,
    )


def _weights_of(image: NeuronImage) -> Image:
    shares = np.array(image.pixels) / PIXEL_VALUES
    return image.minimum + shares * (image.maximum - image.minimum)
