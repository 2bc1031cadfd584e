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
        _dense(network, units, f"hidden_{index}", activation=network.activation)
        for index, units in enumerate(network.hidden_layers, start=1)
    ]
    return keras.Sequential(
        [
            keras.Input((inputs,), name="inputs"),
            *hidden,
            _dense(network, outputs, "output"),
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
