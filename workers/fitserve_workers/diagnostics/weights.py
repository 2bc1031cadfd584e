"""Pictures of weights: histograms of every layer, images of the first layer's neurons."""

import keras
import numpy as np
from numpy.typing import NDArray

from fitserve_core.records import Histogram, LayerWeights, NeuronImage, Weights
from fitserve_workers.training.step import dense_layers

BINS = 50
IMAGES = 16
SIDE = 28
WHITE = 255

Array = NDArray[np.float32]
Arrays = dict[str, Array]
"""Weights by the names of their file: `hidden_1/kernel`."""


def weights_of(model: keras.Model) -> Arrays:
    """Return the kernels and biases of a model's Dense layers, input side first."""
    return {
        f"{layer.name}/{name}": np.asarray(getattr(layer, name))
        for layer in dense_layers(model)
        for name in ("kernel", "bias")
    }


def pictured(weights: Arrays) -> Weights:
    """Return what can be shown of weights."""
    names = [name.removesuffix("/kernel") for name in weights if name.endswith("/kernel")]
    return Weights(
        layers=[
            LayerWeights(
                name=name,
                kernel=_histogram(weights[f"{name}/kernel"]),
                bias=_histogram(weights[f"{name}/bias"]),
            )
            for name in names
        ],
        images=_images(weights[f"{names[0]}/kernel"]),
    )


def _histogram(values: Array) -> Histogram:
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return Histogram(edges=[], counts=[])
    counts, edges = np.histogram(finite, BINS)
    return Histogram(edges=edges.tolist(), counts=counts.tolist())


def _images(kernel: Array) -> list[NeuronImage]:
    if len(kernel) != SIDE * SIDE or not np.isfinite(kernel).all():
        return []
    units = kernel.shape[1]
    chosen = np.unique(np.linspace(0, units - 1, min(IMAGES, units)).round().astype(int))
    return [_image(int(neuron), kernel[:, neuron]) for neuron in chosen]


def _image(neuron: int, weights: Array) -> NeuronImage:
    low, high = float(weights.min()), float(weights.max())
    scaled = (weights - low) / (high - low or 1.0) * WHITE
    return NeuronImage(
        neuron=neuron,
        minimum=low,
        maximum=high,
        pixels=np.rint(scaled).astype(int).reshape(SIDE, SIDE).tolist(),
    )
