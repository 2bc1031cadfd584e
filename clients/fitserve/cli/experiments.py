"""`fitserve show`, `watch`, `ls`, `cancel` and `export`: experiments that were posted."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from fitserve.cli.connection import client_of
from fitserve.cli.output import AsJson, print_json
from fitserve.cli.train import follow
from fitserve.tables import experiments_table, status_text, summary_table
from fitserve_core.results import Experiment

NEWEST = 20

ExperimentId = Annotated[str, typer.Argument(metavar="ID", help="Id of the experiment.")]


def show(ctx: typer.Context, experiment_id: ExperimentId, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Tell where an experiment stands, with its table."""
    with client_of(ctx) as client:
        experiment = client.experiments.retrieve(experiment_id)
        summary = client.experiments.summary(experiment_id)
    if as_json:
        print_json({"experiment": experiment, "summary": summary})
        return
    _print_standing(experiment)
    Console().print(summary_table(summary))


def watch(ctx: typer.Context, experiment_id: ExperimentId, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Look on until an experiment has ended, then print its table."""
    with client_of(ctx) as client:
        follow(client, client.experiments.retrieve(experiment_id), wait=True, as_json=as_json)


def ls(ctx: typer.Context, as_json: AsJson = False) -> None:  # noqa: FBT002
    """List the newest experiments."""
    with client_of(ctx) as client:
        experiments = list(client.experiments.list(limit=NEWEST))
    if as_json:
        print_json(experiments)
    elif experiments:
        Console().print(experiments_table(experiments))
    else:
        typer.echo("no experiments yet; `fitserve train SPEC` posts one")


def cancel(ctx: typer.Context, experiment_id: ExperimentId, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Cancel an experiment."""
    with client_of(ctx) as client:
        experiment = client.experiments.cancel(experiment_id)
    if as_json:
        print_json(experiment)
    else:
        _print_standing(experiment)


def export(
    ctx: typer.Context,
    experiment_id: ExperimentId,
    form: Annotated[
        Literal["csv", "tensorboard", "mlflow"],
        typer.Argument(metavar="FORM", help="csv, tensorboard or mlflow."),
    ],
    path: Annotated[
        Path, typer.Argument(metavar="[PATH]", help="A file, or a folder to put it into.")
    ] = Path(),
) -> None:
    """Store an experiment's figures as a table, or as a ZIP archive of what another tool opens."""
    with client_of(ctx) as client:
        typer.echo(client.experiments.export(experiment_id, form, path))


def _print_standing(experiment: Experiment) -> None:
    line = status_text(experiment)
    done = experiment.progress
    line.append(f" · {done.epochs_done}/{done.epochs_total} epochs", style="default")
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(experiment.id, experiment.name, line)
    if experiment.error:
        console.print(experiment.error)
