"""`fitserve catalogue`: the exercise sheet's configurations."""

from typing import Annotated

import typer
from rich.console import Console

from fitserve.catalogue_tables import catalogue_table, entry_view
from fitserve.cli.connection import client_of
from fitserve.cli.output import AsJson, print_json


def catalogue(
    ctx: typer.Context,
    entry_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Show this entry in full.")
    ] = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """List the exercise sheet's configurations with the figures that it reported."""
    with client_of(ctx) as client:
        found = client.catalogue.list() if entry_id is None else client.catalogue.retrieve(entry_id)
    if as_json:
        print_json(found)
        return
    shown = catalogue_table(found) if isinstance(found, list) else entry_view(found)
    Console(highlight=False).print(shown)
