"""What a finished run shows beyond its figures: weights, pictures, where it is right and wrong."""

from typing import Literal

from pydantic import Field

from fitserve_core.layers import LayerSummary
from fitserve_core.results import EpochFigures, Result

Part = Literal["train", "validation", "test"]


class Histogram(Result):
    """How finite values are distributed; both lists are empty where none is finite."""

    edges: list[float] = Field(description="One more than there are counts.")
    counts: list[int]


class LayerWeights(Result):
    """The distribution of a Dense layer's weights."""

    name: str
    kernel: Histogram
    bias: Histogram


class NeuronImage(Result):
    """The weights that lead to one neuron of the first layer, as an image."""

    neuron: int = Field(description="Place in the layer, from 0.")
    minimum: float = Field(description="Weight of pixel value 0.")
    maximum: float = Field(description="Weight of pixel value 255.")
    pixels: list[list[int]] = Field(description="28 × 28, from 0 to 255.")


class Weights(Result):
    """A network's weights at one moment."""

    layers: list[LayerWeights] = Field(description="Input side first.")
    images: list[NeuronImage] = Field(
        description="Of 16 neurons, evenly spaced over the first layer; empty where inputs are no "
        "images, or weights not finite."
    )


class CurvePoint(Result):
    """The fitted and the certified curve at one wavelength."""

    wavelength: float = Field(description="In nanometres.")
    fitted: float | None
    certified: float


class Residual(Result):
    """A measurement beside the network's answer."""

    wavelength: float
    transmittance: float = Field(description="As measured.")
    fitted: float | None
    residual: float | None = Field(description="Measured less fitted.")
    certified_residual: float = Field(description="Measured less NIST's certified fit.")
    part: Part


class Curve(Result):
    """A fit of Eckerle4 beside NIST's certified one."""

    points: list[CurvePoint]
    residuals: list[Residual] = Field(description="At the 35 measurements, by wavelength.")


class WrongDigit(Result):
    """A test image that was taken for another digit."""

    row: int = Field(description="Place among the test rows, from 0.")
    label: int
    predicted: int
    probability: float = Field(description="Of the wrong answer.")
    pixels: list[list[int]] = Field(description="28 × 28, from 0 to 255.")


class Confusion(Result):
    """How often a label (line) was taken for a class (column); with a target, 0 no and 1 yes."""

    part: Part
    counts: list[list[int]]


class RunRecord(Result):
    """What a finished run shows beyond its figures."""

    layers: list[LayerSummary]
    parameters: int
    trainable_parameters: int
    start: Weights | None = Field(
        description="Before the first epoch; null where a run with a pre-training or a warm start "
        "was resumed."
    )
    end: Weights
    pretraining: list[list[EpochFigures]] | None = Field(
        default=None, description="Of each hidden layer's autoencoder; null without, or resumed."
    )
    curve: Curve | None = Field(default=None, description="Eckerle4 alone.")
    confusion: list[Confusion] | None = Field(
        default=None, description="Digits alone; null where the outputs are not finite."
    )
    most_wrong: list[WrongDigit] | None = Field(
        default=None, description="Test digits with the most confident wrong answers."
    )
