"""One step of backpropagation, asked for and answered layer by layer."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from fitserve_core.catalogue.worked_examples import EXAMPLES
from fitserve_core.errors import PartsDisagreeError
from fitserve_core.results import Result
from fitserve_core.spec.base import SpecModel
from fitserve_core.spec.network import Activation

Number = Annotated[float, Field(ge=-1e6, le=1e6)]
Row = Annotated[list[Number], Field(min_length=1, max_length=64)]
Rows = Annotated[list[Row], Field(min_length=1, max_length=64)]
Loss = Literal["half_squared_error", "mse"]


class LayerGiven(SpecModel):
    """A layer before the step."""

    weights: Rows = Field(description="One list a unit: the weights of what comes into it.")
    biases: Row = Field(description="One a unit.")


class BackpropagationRequest(SpecModel):
    """A network, a mini-batch and a learning rate.

    `{"preset": NAME}` is a whole request; fields given beside it override the preset's.
    """

    preset: str | None = Field(default=None, description=f"One of {', '.join(EXAMPLES)}.")
    layers: list[LayerGiven] = Field(
        min_length=1, max_length=8, description="Input side first; the last is the output layer."
    )
    activation: Activation = Field(default="relu", description="Of the hidden layers.")
    output_activation: Activation = Field(default="linear", description="Of the output layer.")
    loss: Loss = Field(
        default="half_squared_error",
        description="Of a row: half the sum of the outputs' squared errors, or their mean square. "
        "The mini-batch's is the mean of its rows'.",
    )
    learning_rate: float = Field(gt=0, le=1_000)
    inputs: Rows = Field(description="One list a row of the mini-batch.")
    targets: Rows = Field(description="One list a row of the mini-batch.")

    @model_validator(mode="before")
    @classmethod
    def _fill_from_preset(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("preset"), str):
            return given
        if given["preset"] not in EXAMPLES:
            raise PartsDisagreeError(
                f"no such preset; known: {', '.join(EXAMPLES)}; received {given['preset'][:100]!r}",
                param="preset",
                received=given["preset"],
            )
        return {**EXAMPLES[given["preset"]], **given}

    @model_validator(mode="after")
    def _shapes_fit(self) -> "BackpropagationRequest":
        width = len(self.inputs[0])
        _check_rows("inputs", self.inputs, width, "as many numbers as the first row")
        for place, layer in enumerate(self.layers):
            path = f"layers[{place}]"
            before = "the row has inputs" if place == 0 else "the layer before has units"
            _check_rows(f"{path}.weights", layer.weights, width, f"as many numbers as {before}")
            width = len(layer.weights)
            if len(layer.biases) != width:
                raise PartsDisagreeError(
                    f"must have one bias for each of {width} units; received {len(layer.biases)}",
                    param=f"{path}.biases",
                    received=layer.biases,
                )
        _check_rows("targets", self.targets, width, "as many numbers as the last layer has units")
        if len(self.targets) != len(self.inputs):
            raise PartsDisagreeError(
                f"must have one row for each of {len(self.inputs)} rows of inputs; received "
                f"{len(self.targets)}",
                param="targets",
                received=self.targets,
            )
        return self


def _check_rows(path: str, rows: list[list[float]], width: int, why: str) -> None:
    for place, row in enumerate(rows):
        if len(row) != width:
            raise PartsDisagreeError(
                f"must have {width} numbers, {why}; received {len(row)}",
                param=f"{path}[{place}]",
                received=row,
            )


Shown = list[list[float | None]]
"""Not finite: null."""


class LayerExplained(Result):
    """One layer in the forward pass, the backward pass and the update."""

    name: str
    z: Shown = Field(description="Weighted inputs with bias, one list a row.")
    a: Shown = Field(description="Activations, one list a row.")
    deltas: Shown = Field(description="Derivative of a row's own loss by its z, one list a row.")
    weight_gradients: Shown = Field(description="Of the mini-batch's loss, one list a unit.")
    bias_gradients: list[float | None]
    updated_weights: Shown = Field(description="One list a unit.")
    updated_biases: list[float | None]


class Factor(Result):
    """One factor of a derivative along a chain."""

    name: str
    value: float | None


class Backpropagation(Result):
    """One step of gradient descent, layer by layer."""

    outputs: Shown
    loss: float | None
    updated_loss: float | None = Field(description="Of the same mini-batch after the step.")
    layers: list[LayerExplained]
    first_bias_factors: list[Factor] | None = Field(
        description="Where every layer has one unit, and there is one row: the factors whose "
        "product is the derivative of the loss by the first bias."
    )
