"""The network of a spec."""

import itertools
from typing import Annotated, Literal

from pydantic import Field

from fitserve_core.spec.base import SpecModel
from fitserve_core.spec.initializers import Initializer, Scaled, Zeros

Activation = Literal[
    "relu", "leaky_relu", "elu", "selu", "gelu", "softplus", "sigmoid", "tanh", "linear"
]
Coefficient = Annotated[float, Field(ge=0, le=1_000)]
Units = Annotated[int, Field(ge=1, le=16_384)]


class Regularizer(SpecModel):
    """A penalty on the weights: l1·Σ|w| + l2·Σw², over kernels and biases of every layer."""

    l1: Coefficient = Field(default=0.0, description="Weight of the absolute values.")
    l2: Coefficient = Field(default=0.0, description="Weight of the squares.")


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

    def parameters(self, inputs: int, outputs: int) -> int:
        """Number of weights and biases between `inputs` input and `outputs` output units."""
        widths = [inputs, *self.hidden_layers, outputs]
        return sum((a + 1) * b for a, b in itertools.pairwise(widths))
