"""`fitserve models`: kept models, their versions, and the labels that stand for them."""

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from fitserve.cli.connection import client_of
from fitserve.cli.output import AsJson, print_json
from fitserve.figures import number
from fitserve_core.kept_models import Model, ModelVersion

app = typer.Typer(no_args_is_help=True, help="Kept models, their versions and labels.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A model's name, such as mnist.")]
Label = Annotated[str, typer.Argument(metavar="LABEL", help="Such as stable or canary.")]


@app.command()
def ls(ctx: typer.Context, as_json: AsJson = False) -> None:  # noqa: FBT002
    """List the models that answer by a name."""
    with client_of(ctx) as client:
        found = client.models.list()
    if as_json:
        print_json(found)
    elif found:
        Console().print(_models_table(found))
    else:
        typer.echo("no models yet; `fitserve train SPEC` trains one")


@app.command()
def versions(ctx: typer.Context, name: Name, as_json: AsJson = False) -> None:  # noqa: FBT002
    """List the versions of a name, newest first, with their labels."""
    with client_of(ctx) as client:
        found = client.models.versions(name)
    if as_json:
        print_json(found)
    elif found:
        Console().print(_versions_table(found))
    else:
        typer.echo(f"no model called {name} was kept; `fitserve models ls` lists those that were")


@app.command()
def label(
    ctx: typer.Context,
    name: Name,
    label: Label,
    version: Annotated[int, typer.Argument(metavar="VERSION", help="Its number.")],
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Let a label stand for a version; NAME itself answers with the one labelled stable."""
    with client_of(ctx) as client:
        chosen = client.models.set_label(name, label, version)
    if as_json:
        print_json(chosen)
    else:
        typer.echo(f"{name}@{label} is version {chosen.version}, {chosen.run_id}")


@app.command()
def unlabel(ctx: typer.Context, name: Name, label: Label) -> None:
    """Take a label away."""
    with client_of(ctx) as client:
        client.models.remove_label(name, label)


@app.command()
def download(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A model's name, an experiment or a run.")],
    path: Annotated[Path, typer.Argument(help="A file, .onnx or .keras.")],
) -> None:
    """Store a kept model's file; PATH's ending says which."""
    if path.suffix not in {".onnx", ".keras"}:
        message = f"a model's file ends in .onnx or .keras; received {str(path)!r}"
        raise typer.BadParameter(message)
    with client_of(ctx) as client:
        stored = client.models.download(name, path.suffix[1:], path)  # type: ignore[arg-type]
    typer.echo(stored)


def _models_table(models: list[Model]) -> Table:
    table = Table(box=SIMPLE_HEAD)
    for heading in ("model", "version", "kept figure", "run"):
        table.add_column(heading, no_wrap=True)
    for model in models:
        figure = f"{model.figure} {number(model.value)}" if model.value is not None else "—"
        version = "—" if model.version is None else str(model.version)
        table.add_row(model.name, version, figure, model.run_id)
    return table


def _versions_table(versions: list[ModelVersion]) -> Table:
    table = Table(box=SIMPLE_HEAD)
    for heading in ("version", "labels", "kept figure", "run", "kept on"):
        table.add_column(heading, no_wrap=True)
    for one in versions:
        figure = f"{one.figure} {number(one.value)}"
        kept_on = f"{one.created_at:%Y-%m-%d %H:%M}"
        table.add_row(str(one.version), ", ".join(one.labels) or "—", figure, one.run_id, kept_on)
    return table
