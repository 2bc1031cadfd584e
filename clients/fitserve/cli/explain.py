"""`fitserve explain`: backpropagation, step by step."""

from typing import Annotated

import typer
from rich.console import Console

from fitserve.cli.connection import client_of
from fitserve.cli.specfile import read_spec
from fitserve.explain_tables import explanation


def explain(
    ctx: typer.Context,
    request: Annotated[
        typer.FileText | None,
        typer.Argument(help="YAML or JSON file with layers, inputs, targets, learning_rate."),
    ] = None,
    preset: Annotated[
        str, typer.Option(help="worked-example, chain-sigmoid or chain-relu.")
    ] = "worked-example",
) -> None:
    """Show one step of gradient descent, layer by layer: z, a, δ, gradients, update."""
    asked = {"preset": preset} if request is None else read_spec(request)
    with client_of(ctx) as client:
        Console(highlight=False).print(explanation(client.explain.backpropagation(**asked)))
