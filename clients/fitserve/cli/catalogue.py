"""`fitserve catalogue`: the exercise sheet's configurations."""

from typing import Annotated

import typer
from rich.console import Console

from fitserve.catalogue_tables import catalogue_table, entry_view
from fitserve.cli.connection import client_of


def catalogue(
    ctx: typer.Context,
    entry_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Show this entry in full.")
    ] = None,
) -> None:
    """List the exercise sheet's configurations with the figures that it reported."""
    with client_of(ctx) as client:
        if entry_id is None:
            shown = catalogue_table(client.catalogue.list())
        else:
            shown = entry_view(client.catalogue.retrieve(entry_id))
    Console(highlight=False).print(shown)
