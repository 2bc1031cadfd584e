"""The activations of a spec as ONNX nodes, by name, with Keras's parameters."""

import math
from collections.abc import Callable

from fitserve_workers.export.graph import Graph

# Keras's slope, not ONNX's own default of 0.01.
LEAKY_SLOPE = 0.2


def add_activation(graph: Graph, name: str, signal: str) -> str:
    """Add the activation `name` of `signal`; return the name of its output."""
    return ACTIVATIONS[name](graph, signal)


def _node(operator: str, **attributes: float) -> Callable[[Graph, str], str]:
    return lambda graph, signal: graph.add(operator, signal, attributes=attributes)


def _linear(_: Graph, signal: str) -> str:
    return signal


def _gelu(graph: Graph, signal: str) -> str:
    """Add x · (1 + erf(x / √2)) / 2 (Hendrycks and Gimpel, 2016); opset 18 has no node for it."""
    share = graph.add("Erf", graph.add("Div", signal, graph.number(math.sqrt(2))))
    doubled = graph.add("Mul", signal, graph.add("Add", share, graph.number(1)))
    return graph.add("Div", doubled, graph.number(2))


ACTIVATIONS: dict[str, Callable[[Graph, str], str]] = {
    "relu": _node("Relu"),
    "leaky_relu": _node("LeakyRelu", alpha=LEAKY_SLOPE),
    "elu": _node("Elu", alpha=1.0),
    "selu": _node("Selu"),
    "gelu": _gelu,
    "softplus": _node("Softplus"),
    "sigmoid": _node("Sigmoid"),
    "tanh": _node("Tanh"),
    "linear": _linear,
}
