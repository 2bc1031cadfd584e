"""`fitserve keys`: API keys for a service."""

from typing import Annotated

import typer

from fitserve.cli.output import AsJson, print_json
from fitserve_core.keys import Scope, new_key

app = typer.Typer(no_args_is_help=True, help="Make API keys for a service.")


@app.callback()
def keys() -> None:
    """Make API keys for a service."""


@app.command()
def new(
    name: Annotated[str, typer.Option(help="Whose it is; experiments belong to this name.")],
    scope: Annotated[
        Scope, typer.Option(help="read; train, which may read, too; or admin: everything.")
    ],
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print a new key, once, and the line by which a service knows it."""
    key, entry = new_key(name, scope)
    if as_json:
        print_json({"key": key, "line": str(entry)})
        return
    typer.echo("The key, shown this once; its user sets FITSERVE_API_KEY to it:")
    typer.echo(f"  {key}")
    typer.echo("The line for the service's FITSERVE_API_KEYS, or for the file that it names:")
    typer.echo(f"  {entry}")
