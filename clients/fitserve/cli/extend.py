"""`fitserve extend`: more runs for an experiment that has ended."""

from typing import Annotated, Any

import typer
import yaml

from fitserve.cli.connection import client_of
from fitserve.cli.experiments import ExperimentId
from fitserve.cli.specfile import SpecLoader
from fitserve.cli.train import follow


def extend(
    ctx: typer.Context,
    experiment_id: ExperimentId,
    repetitions: Annotated[
        int | None, typer.Option(help="Runs that each cell is to have in all.")
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=VALUES",
            help="Values to add to what is crossed, as training.learning_rates=[0.5].",
        ),
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait until it has ended.")] = True,  # noqa: FBT002
) -> None:
    """Give an experiment more repetitions, or more values of what it crosses."""
    grid = dict(_axis(text) for text in add or ())
    with client_of(ctx) as client:
        experiment = client.experiments.extend(
            experiment_id, repetitions=repetitions, grid=grid or None
        )
        follow(client, experiment, wait=wait, as_json=False)


def _axis(text: str) -> tuple[str, list[Any]]:
    path, _, values = text.partition("=")
    try:
        parsed = yaml.load(values, SpecLoader)  # noqa: S506  derived from SafeLoader
    except yaml.YAMLError:
        parsed = None
    if not isinstance(parsed, list):
        raise typer.BadParameter(
            f"must be a path and a list, such as training.learning_rates=[0.5]; received {text!r}",
            param_hint="--add",
        )
    return path, parsed
