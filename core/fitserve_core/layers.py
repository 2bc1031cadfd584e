"""The layers of a network, counted without building it."""

from pydantic import Field

from fitserve_core.results import Result
from fitserve_core.spec import Network, Place


class LayerSummary(Result):
    """One layer: its name, kind, output and weights."""

    name: str
    kind: str = Field(description="As Keras calls it: Dense, Dropout, BatchNormalization.")
    units: int = Field(description="Width of its output; the output's shape is (rows, units).")
    parameters: int
    trainable_parameters: int


def summarise_layers(network: Network, inputs: int, outputs: int) -> list[LayerSummary]:
    """Return the layers between `inputs` input and `outputs` output units, input side first."""
    layers = _dropout(network, "input", "input", inputs)
    width = inputs
    for index, units in enumerate(network.hidden_layers, start=1):
        name = f"hidden_{index}"
        layers += [_dense(name, width, units), *_dropout(network, "hidden", name, units)]
        if network.batch_normalization:
            layers.append(_normalization(f"{name}_normalization", units))
        width = units
    return [
        *layers,
        _dense("output", width, outputs),
        *_dropout(network, "output", "output", outputs),
    ]


def _dense(name: str, inputs: int, units: int) -> LayerSummary:
    weights = (inputs + 1) * units
    return LayerSummary(
        name=name, kind="Dense", units=units, parameters=weights, trainable_parameters=weights
    )


def _dropout(network: Network, at: Place, name: str, units: int) -> list[LayerSummary]:
    if not network.dropout.rate or at not in network.dropout.at:
        return []
    return [
        LayerSummary(
            name=f"{name}_dropout",
            kind="Dropout",
            units=units,
            parameters=0,
            trainable_parameters=0,
        )
    ]


def _normalization(name: str, units: int) -> LayerSummary:
    # A slope and an offset are trained; the moving mean and variance are only followed.
    return LayerSummary(
        name=name,
        kind="BatchNormalization",
        units=units,
        parameters=4 * units,
        trainable_parameters=2 * units,
    )
