"""`fitserve reproduce`: the exercise sheet's tables, trained again and held against our spread."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fitserve.cli.connection import client_of, names_a_service
from fitserve.cli.extras import extras, own_settings
from fitserve.reproduction.posts import Part
from fitserve.sync.client import Client
from fitserve_core.catalogue.registry import CATALOGUE

STOPPED_BY_CTRL_C = 130


def reproduce(
    ctx: typer.Context,
    only: Annotated[Part | None, typer.Option(help="One part of the sheet.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Folder for report.html and report.json.")
    ] = None,
    spread: Annotated[
        Path | None,
        typer.Option(help="Measure how our figures scatter instead (hours); write this file."),
    ] = None,
) -> None:
    """Train the exercise sheet's rows as published and compare; the same again goes on.

    Without --url a service is started on the data folder, and stopped at the end.
    """
    with extras():
        from fitserve.reproduction.story import tell, tell_spread  # noqa: PLC0415
    try:
        with _service(ctx) as client:
            if spread is None:
                tell(client, CATALOGUE.values(), only, report, Console(highlight=False))
            else:
                tell_spread(client, CATALOGUE.values(), only, spread, Console(highlight=False))
    except KeyboardInterrupt:
        typer.echo("stopped; the same command again goes on from here", err=True)
        raise typer.Exit(STOPPED_BY_CTRL_C) from None


@contextmanager
def _service(ctx: typer.Context) -> Iterator[Client]:
    if names_a_service(ctx):
        with client_of(ctx) as client:
            yield client
        return
    with extras():
        from fitserve_service.stack import Stack  # noqa: PLC0415
    with Stack(own_settings()) as stack, Client(stack.url) as client:
        yield client
