"""The worked example through the whole service."""

from rich.console import Console

from fitserve import Client
from fitserve.explain_tables import explanation


def test_the_sheets_example_is_explained(client: Client) -> None:
    step = client.explain.backpropagation(preset="worked-example")
    assert step.layers[0].updated_weights == [[1, 2], [0, -1], [-2, -2.5], [-1.5, 1.5]]
    again = client.explain.backpropagation(preset="chain-sigmoid", learning_rate=0.5)
    assert again.first_bias_factors is not None
    console = Console(width=100, record=True, quiet=True)
    console.print(explanation(again))
