"""The Keras model of a spec's network, and its initial weights."""

import keras

from fitserve_core.seeds import part_seed
from fitserve_core.spec import Network
from fitserve_workers.training.initializers import initial_values
from fitserve_workers.training.keys import BIAS, KERNEL


def build_model(network: Network, inputs: int, outputs: int) -> keras.Sequential:
    """Return the perceptron, its output layer linear: logits, or values on the scaled range.

    Its weights are those of nobody's seed; `initialize` gives it a run's own.
    """
    hidden = [
        keras.layers.Dense(units, activation=network.activation, name=f"hidden_{index}")
        for index, units in enumerate(network.hidden_layers, start=1)
    ]
    return keras.Sequential(
        [
            keras.Input((inputs,), name="inputs"),
            *hidden,
            keras.layers.Dense(outputs, name="output"),
        ],
        name="perceptron",
    )


def initialize(model: keras.Sequential, network: Network, seed: int) -> None:
    """Assign the initial weights that a run's `seed` stands for."""
    for index, layer in enumerate(model.layers):
        for weights, initializer, key in (
            (layer.kernel, network.kernel_initializer, KERNEL),
            (layer.bias, network.bias_initializer, BIAS),
        ):
            weights.assign(initial_values(initializer, part_seed(seed, key, index), weights.shape))
