"""`fitserve datasets`: what there is to learn."""

from typing import Annotated

import typer
from rich.console import Console, RenderableType

from fitserve.cli.connection import client_of
from fitserve.dataset_tables import dataset_view, datasets_table


def datasets(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Show this one in full.")
    ] = None,
) -> None:
    """List the data sets with the rows of their parts."""
    with client_of(ctx) as client:
        shown: RenderableType = (
            datasets_table(client.datasets.list())
            if name is None
            else dataset_view(client.datasets.retrieve(name))
        )
    Console(highlight=False).print(shown)
