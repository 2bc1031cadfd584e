"""A step of backpropagation for people: two tables a layer."""

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fitserve_core.explaining import Backpropagation, LayerExplained

DIGITS = 6


def explanation(step: Backpropagation) -> RenderableType:
    """Return the forward and backward pass, row by row, and the update, unit by unit."""
    loss = f"loss {_number(step.loss)}, after the step {_number(step.updated_loss)}"
    parts: list[RenderableType] = [Text(loss, style="bold")]
    for layer in step.layers:
        parts += [Text(f"\n{layer.name}", style="bold cyan"), _passes(layer), _update(layer)]
    if step.first_bias_factors:
        factors = step.first_bias_factors
        parts.append(Text("\n∂C/∂b1, factor by factor", style="bold cyan"))
        parts.append(Text(" · ".join(factor.name for factor in factors)))
        told = " · ".join(_number(factor.value) for factor in factors)
        parts.append(Text(f"= {told} = {_number(step.layers[0].bias_gradients[0])}"))
    return Group(*parts)


def _passes(layer: LayerExplained) -> Table:
    table = _table("row", "z", "a", "δ")
    rows = zip(layer.z, layer.a, layer.deltas, strict=True)
    for place, vectors in enumerate(rows, start=1):
        table.add_row(str(place), *map(_vector, vectors))
    return table


def _update(layer: LayerExplained) -> Table:
    table = _table("unit", "∂C/∂W", "∂C/∂b", "W after", "b after")
    units = zip(
        layer.weight_gradients,
        layer.bias_gradients,
        layer.updated_weights,
        layer.updated_biases,
        strict=True,
    )
    for place, (of_weights, of_bias, weights, bias) in enumerate(units, start=1):
        after = _vector(weights), _number(bias)
        table.add_row(str(place), _vector(of_weights), _number(of_bias), *after)
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column(first, justify="right")
    for heading in others:
        table.add_column(heading)
    return table


def _vector(values: list[float | None]) -> str:
    return "  ".join(map(_number, values))


def _number(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.{DIGITS}g}"
