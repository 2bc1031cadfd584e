"""`fitserve datasets`: what there is to learn."""

from typing import Annotated

import typer
from rich.console import Console

from fitserve.cli.connection import client_of
from fitserve.cli.output import AsJson, print_json
from fitserve.dataset_tables import dataset_view, datasets_table


def datasets(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Show this one in full.")
    ] = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """List the data sets with the rows of their parts."""
    with client_of(ctx) as client:
        found = client.datasets.list() if name is None else client.datasets.retrieve(name)
    if as_json:
        print_json(found)
        return
    console = Console(highlight=False)
    console.print(datasets_table(found) if isinstance(found, list) else dataset_view(found))
