"""The network of a spec."""

import itertools
from typing import Annotated, Literal

from pydantic import Field, field_validator

from fitserve_core.spec.base import SpecModel
from fitserve_core.spec.initializers import Initializer, Scaled, Zeros

Activation = Literal[
    "relu", "leaky_relu", "elu", "selu", "gelu", "softplus", "sigmoid", "tanh", "linear"
]
Place = Literal["input", "hidden", "output"]
Coefficient = Annotated[float, Field(ge=0, le=1_000)]
Units = Annotated[int, Field(ge=1, le=16_384)]


class Regularizer(SpecModel):
    """A penalty on the weights: l1·Σ|w| + l2·Σw², over kernels and biases of every layer."""

    l1: Coefficient = Field(default=0.0, description="Weight of the absolute values.")
    l2: Coefficient = Field(default=0.0, description="Weight of the squares.")


class Dropout(SpecModel):
    """Which share of the units a training step leaves out, and where."""

    rate: float = Field(default=0.0, ge=0, lt=1, description="Share that is left out; 0: none.")
    at: list[Place] = Field(
        default=["hidden"],
        min_length=1,
        description="Of the inputs, after each hidden layer, and after the output layer.",
    )

    @field_validator("at")
    @classmethod
    def _places_differ(cls, at: list[Place]) -> list[Place]:
        if len(set(at)) < len(at):
            raise ValueError(f"places must differ from each other; received {at}")
        return at


class Network(SpecModel):
    """A multi-layer perceptron; the data set decides its inputs and its output layer."""

    hidden_layers: list[Units] = Field(
        default=[100], max_length=64, description="Units of each hidden layer, input side first."
    )
    activation: Activation = Field(default="relu", description="Activation of the hidden layers.")
    kernel_initializer: Initializer = Field(
        default=Scaled(name="glorot_uniform"),
        description="Of every layer's kernel: an initializer's name, or an object with its knobs.",
    )
    bias_initializer: Initializer = Field(
        default=Zeros(name="zeros"), description="The same of every layer's bias."
    )
    regularizer: Regularizer = Field(
        default=Regularizer(), description="Penalty on the weights, the output layer's included."
    )
    dropout: Dropout = Field(
        default=Dropout(), description="Units left out at random while training."
    )
    batch_normalization: bool = Field(
        default=False, description="After each hidden layer and its dropout."
    )

    def parameters(self, inputs: int, outputs: int) -> int:
        """Number of weights, trainable or not, between `inputs` input and `outputs` output units.

        Batch normalisation has a slope, an offset and two moving statistics for each unit.
        """
        return self._kernels_and_biases(inputs, outputs) + 4 * self._normalized_units()

    def trainable_parameters(self, inputs: int, outputs: int) -> int:
        """Number of weights that training changes by their gradient: no moving statistics."""
        return self._kernels_and_biases(inputs, outputs) + 2 * self._normalized_units()

    def _kernels_and_biases(self, inputs: int, outputs: int) -> int:
        widths = [inputs, *self.hidden_layers, outputs]
        return sum((a + 1) * b for a, b in itertools.pairwise(widths))

    def _normalized_units(self) -> int:
        return sum(self.hidden_layers) if self.batch_normalization else 0
