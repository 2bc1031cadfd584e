"""Errors of a command: one clear line, no traceback."""

import typer
from typer.core import TyperGroup

from fitserve_core.errors import FitserveError


class OneLineErrors(TyperGroup):
    """A group of commands whose errors end as one line on stderr and exit code 1."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except FitserveError as error:
            typer.secho(f"Error: {one_line(error)}", fg="red", err=True)
            raise typer.Exit(1) from error


def one_line(error: FitserveError) -> str:
    """Return what went wrong, with the path of the offending value unless already told."""
    message = " ".join(error.message.split())
    if error.param and error.param not in message:
        return f"{error.param}: {message}"
    return message
