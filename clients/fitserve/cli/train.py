"""`fitserve train`: post a spec, watch it, read the table."""

from typing import Annotated

import typer
from rich.console import Console

from fitserve.cli.connection import client_of
from fitserve.cli.output import AsJson, print_json
from fitserve.cli.specfile import read_spec
from fitserve.figures import counted, duration
from fitserve.sync.client import Client
from fitserve.tables import summary_table
from fitserve_core.results import Experiment, Forecast, Summary

STOPPED_BY_CTRL_C = 130


def train(
    ctx: typer.Context,
    spec: Annotated[
        typer.FileText, typer.Argument(help="YAML or JSON file; - reads standard input.")
    ],
    wait: Annotated[bool, typer.Option(help="Wait until it has ended.")] = True,  # noqa: FBT002
    dry_run: Annotated[  # noqa: FBT002
        bool, typer.Option("--dry-run", help="Train nothing; tell what would be trained.")
    ] = False,
    as_json: AsJson = False,  # noqa: FBT002  an option of the command line is given by name
) -> None:
    """Train what SPEC says and print mean ± standard deviation."""
    with client_of(ctx) as client:
        if dry_run:
            _tell(client.experiments.forecast(read_spec(spec)), as_json=as_json)
            return
        experiment = client.experiments.create(read_spec(spec))
        follow(client, experiment, wait=wait, as_json=as_json)


def follow(client: Client, experiment: Experiment, *, wait: bool, as_json: bool) -> None:
    """Watch an experiment if it is to be waited for, and print what came of it."""
    if not as_json:
        typer.echo(f"{experiment.id} {experiment.status}")
        _notice(experiment.notice)
    summary = None
    if wait:
        experiment = _watch(client, experiment, progress=not as_json)
        summary = client.experiments.summary(experiment.id)
    _report(experiment, summary, as_json=as_json)
    if experiment.status in {"failed", "cancelled"}:
        raise typer.Exit(1)


def _tell(forecast: Forecast, *, as_json: bool) -> None:
    if as_json:
        print_json(forecast)
        return
    sizes = " to ".join(f"{size:,}" for size in dict.fromkeys(_ends(forecast.parameters)))
    typer.echo(
        f"{counted(forecast.cells, 'cell')}, {counted(forecast.runs, 'run')}, "
        f"{counted(forecast.epochs, 'epoch')} in all; {sizes} parameters a network\n"
        f"about {duration(forecast.seconds)} ({forecast.basis}), place {forecast.queue_place} in "
        "the queue"
    )
    _notice(forecast.notice)


def _notice(notice: str | None) -> None:
    if notice is not None:
        typer.echo(f"{notice}.", err=True)


def _ends(values: list[int]) -> tuple[int, int]:
    return values[0], values[-1]


def _watch(client: Client, experiment: Experiment, *, progress: bool) -> Experiment:
    try:
        return client.experiments.wait(experiment.id, progress=progress)
    except KeyboardInterrupt:
        typer.echo(
            f"{experiment.id} goes on; `fitserve show {experiment.id}` tells how it stands, "
            f"`fitserve cancel {experiment.id}` stops it",
            err=True,
        )
        raise typer.Exit(STOPPED_BY_CTRL_C) from None


def _report(experiment: Experiment, summary: Summary | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"experiment": experiment, "summary": summary})
    elif summary is not None:
        Console().print(summary_table(summary, title=experiment.name or None))
        if experiment.error:
            typer.echo(experiment.error, err=True)
