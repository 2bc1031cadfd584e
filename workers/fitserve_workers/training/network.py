"""The Keras model of a spec's network, and its initial weights."""

from collections.abc import Iterator

import keras
import tensorflow as tf

from fitserve_core.seeds import part_seed
from fitserve_core.spec import Network, Place
from fitserve_workers.training.dropout import SeededDropout
from fitserve_workers.training.initializers import initial_values
from fitserve_workers.training.keys import BIAS, KERNEL
from fitserve_workers.training.noise import Noise


def build_model(network: Network, inputs: int, outputs: int, noise: Noise) -> keras.Sequential:
    """Return the perceptron, its output layer linear: logits, or values on the scaled range.

    A layer is Dense, then dropout, then batch normalisation. Its weights are those of nobody's
    seed; `initialize` gives it a run's own.
    """
    hidden = [
        layer
        for index, units in enumerate(network.hidden_layers, start=1)
        for layer in _hidden(network, units, noise, index)
    ]
    last = len(network.hidden_layers) + 1
    return keras.Sequential(
        [
            keras.Input((inputs,), name="inputs"),
            *_dropout(network, "input", noise, 0, "input"),
            *hidden,
            _dense(network, outputs, "output"),
            *_dropout(network, "output", noise, last, "output"),
        ],
        name="perceptron",
    )


def initialize(model: keras.Sequential, network: Network, seed: int) -> None:
    """Assign the initial weights that a run's `seed` stands for."""
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    for index, layer in enumerate(dense):
        for weights, initializer, key in (
            (layer.kernel, network.kernel_initializer, KERNEL),
            (layer.bias, network.bias_initializer, BIAS),
        ):
            weights.assign(initial_values(initializer, part_seed(seed, key, index), weights.shape))
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            for weights in (layer.gamma, layer.moving_variance):
                weights.assign(tf.ones(weights.shape))
            for weights in (layer.beta, layer.moving_mean):
                weights.assign(tf.zeros(weights.shape))


def _hidden(network: Network, units: int, noise: Noise, index: int) -> Iterator[keras.layers.Layer]:
    name = f"hidden_{index}"
    yield _dense(network, units, name, activation=network.activation)
    yield from _dropout(network, "hidden", noise, index, name)
    if network.batch_normalization:
        yield keras.layers.BatchNormalization(name=f"{name}_normalization")


def _dropout(
    network: Network, at: Place, noise: Noise, place: int, name: str
) -> Iterator[keras.layers.Layer]:
    if network.dropout.rate and at in network.dropout.at:
        yield SeededDropout(network.dropout.rate, noise, place, f"{name}_dropout")


def _dense(
    network: Network, units: int, name: str, activation: str | None = None
) -> keras.layers.Dense:
    penalty = network.regularizer
    # Without a penalty there is none to add: a sum of zeros would cost a pass over the weights.
    penalised = (
        keras.regularizers.L1L2(penalty.l1, penalty.l2) if penalty.l1 or penalty.l2 else None
    )
    return keras.layers.Dense(
        units,
        activation=activation,
        kernel_regularizer=penalised,
        bias_regularizer=penalised,
        name=name,
    )
