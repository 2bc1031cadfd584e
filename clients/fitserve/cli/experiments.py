"""`fitserve show`, `fitserve ls`, `fitserve cancel`."""

from typing import Annotated

import typer
from rich.console import Console

from fitserve.cli.connection import client_of
from fitserve.tables import experiments_table, status_text, summary_table
from fitserve_core.results import Experiment

NEWEST = 20

ExperimentId = Annotated[str, typer.Argument(metavar="ID", help="Id of the experiment.")]


def show(ctx: typer.Context, experiment_id: ExperimentId) -> None:
    """Tell where an experiment stands, with its table."""
    with client_of(ctx) as client:
        experiment = client.experiments.retrieve(experiment_id)
        summary = client.experiments.summary(experiment_id)
    _print_standing(experiment)
    Console().print(summary_table(summary))


def ls(ctx: typer.Context) -> None:
    """List the newest experiments."""
    with client_of(ctx) as client:
        experiments = list(client.experiments.list(limit=NEWEST))
    if experiments:
        Console().print(experiments_table(experiments))
    else:
        typer.echo("no experiments yet; `fitserve train SPEC` posts one")


def cancel(ctx: typer.Context, experiment_id: ExperimentId) -> None:
    """Cancel an experiment."""
    with client_of(ctx) as client:
        _print_standing(client.experiments.cancel(experiment_id))


def _print_standing(experiment: Experiment) -> None:
    line = status_text(experiment.status)
    done = experiment.progress
    line.append(f" · {done.epochs_done}/{done.epochs_total} epochs", style="default")
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(experiment.id, experiment.name, line)
    if experiment.error:
        console.print(experiment.error)
