"""The Keras model of a spec's network, and its initial weights."""

import keras

from fitserve_core.seeds import part_seed
from fitserve_core.spec import Network
from fitserve_workers.training.keys import KERNEL


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


def initialize(model: keras.Sequential, seed: int) -> None:
    """Assign the initial weights that a run's `seed` stands for."""
    for index, layer in enumerate(model.layers):
        layer.kernel.assign(_seeded(layer.kernel_initializer, seed, index)(layer.kernel.shape))
        layer.bias.assign(layer.bias_initializer(layer.bias.shape))


def _seeded(
    initializer: keras.initializers.Initializer, seed: int, index: int
) -> keras.initializers.Initializer:
    config = {**initializer.get_config(), "seed": part_seed(seed, KERNEL, index)}
    return type(initializer).from_config(config)
