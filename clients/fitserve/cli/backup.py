"""`fitserve backup` and `fitserve restore`: a data folder in one file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from fitserve.cli.extras import extras, settings
from fitserve.figures import counted
from fitserve_core.errors import ConfigurationError

Archive = Annotated[Path, typer.Argument(metavar="FILE", help="The archive.", show_default=False)]


def backup(file: Archive) -> None:
    """Copy this data folder's store and files to FILE, while the service runs."""
    with extras():
        from fitserve_core.backup import back_up  # noqa: PLC0415  needs the extras
        from fitserve_core.store import Store  # noqa: PLC0415
    here = settings()
    if here.database_url is None and not (here.data / "fitserve.sqlite3").exists():
        raise ConfigurationError(
            f"the data folder {here.data} holds no store; FITSERVE_DATA says where yours lies"
        )
    store = Store(here)
    try:
        made = back_up(store, here.artefacts, file)
    finally:
        store.close()
    typer.echo(f"{file}: {counted(len(made.artefacts), 'file')}, {made.bytes / 1e6:.1f} MB")
    if made.store is None:
        typer.echo("the store is PostgreSQL and not in it: copy it with pg_dump, before the files")
    for path in made.damaged:
        typer.echo(f"left out, since it is missing or was changed: {path}", err=True)
    if made.damaged:
        raise typer.Exit(1)


def restore(file: Archive) -> None:
    """Fill this data folder, which must be empty, from FILE; then start the service."""
    with extras():
        from fitserve_core.backup import restore as restored  # noqa: PLC0415  needs the extras
    here = settings()
    made = restored(file, here)
    typer.echo(f"{here.data}: {counted(len(made.artefacts), 'file')}, of {made.created_at:%c} UTC")
    if made.store is None:
        typer.echo("the store is PostgreSQL and not in it: restore pg_dump's copy, too")
