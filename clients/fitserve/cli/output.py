"""What commands print for programs instead of people."""

from typing import Annotated, Any

import typer
from pydantic_core import to_json

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def print_json(value: Any) -> None:
    """Print a result, or a list or mapping of them, as JSON."""
    typer.echo(to_json(value, indent=2))
