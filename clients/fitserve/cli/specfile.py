"""A spec as people keep it: a YAML or JSON file."""

import re
from typing import Any, TextIO

import typer
import yaml


class SpecLoader(yaml.SafeLoader):
    """YAML in which `1e-3` is a number, as in YAML 1.2 and in JSON; YAML 1.1 wants `1.0e-3`."""


SpecLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)[eE][-+]?\d+$"),
    list("-+.0123456789"),
)


def read_spec(file: TextIO) -> dict[str, Any]:
    """Return the spec in `file`.

    Raises:
        typer.BadParameter: it holds no YAML or JSON mapping.
    """
    try:
        spec = yaml.load(file, SpecLoader)  # noqa: S506  derived from SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise typer.BadParameter(f"{file.name} is neither YAML nor JSON: {reason}") from error
    if not isinstance(spec, dict):
        raise typer.BadParameter(
            f"{file.name} must hold a mapping, such as `dataset: mnist`; "
            f"received {type(spec).__name__}"
        )
    return spec
