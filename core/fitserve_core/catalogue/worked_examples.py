"""The exercise sheet's examples of backpropagation, as requests."""

from typing import Any

WORKED_EXAMPLE: dict[str, Any] = {
    "layers": [
        {"weights": [[1, 2], [0, -1], [-1, -3], [-2, 2]], "biases": [-2, 2, 0, -2]},
        {"weights": [[1, 0, -1, 2]], "biases": [-2]},
    ],
    "activation": "relu",
    "learning_rate": 0.5,
    "inputs": [[-1, 1], [2, -1]],
    "targets": [[1], [-1]],
}
"""Exercise 1: two inputs, four hidden units, one output, a mini-batch of two."""


def _chain(activation: str) -> dict[str, Any]:
    """Return exercise 4b's chain: one unit a layer; the sheet leaves its numbers open."""
    return {
        "layers": [{"weights": [[weight]], "biases": [0.1]} for weight in (0.8, 1.2, 0.6, 1.5)],
        "activation": activation,
        "output_activation": activation,
        "learning_rate": 0.1,
        "inputs": [[1.0]],
        "targets": [[1.0]],
    }


EXAMPLES = {
    "worked-example": WORKED_EXAMPLE,
    "chain-sigmoid": _chain("sigmoid"),
    "chain-relu": _chain("relu"),
}
