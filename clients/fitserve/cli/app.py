"""The commands, put together."""

from importlib.metadata import version
from typing import Annotated

import typer

from fitserve.cli import (
    backup,
    catalogue,
    datasets,
    demo,
    doctor,
    experiments,
    explain,
    extend,
    gc,
    keys,
    models,
    predict,
    reproduce,
    serve,
    train,
    webhooks,
)
from fitserve.cli.connection import remember
from fitserve.cli.errors import OneLineErrors

app = typer.Typer(
    cls=OneLineErrors,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(asked: bool) -> None:  # noqa: FBT001  as Typer calls it
    if asked:
        typer.echo(f"fitserve {version('fitserve')}")
        raise typer.Exit


@app.callback()
def fitserve(
    ctx: typer.Context,
    url: Annotated[
        str | None, typer.Option(envvar="FITSERVE_URL", help="Where the service is.")
    ] = None,
    api_key: Annotated[
        str | None, typer.Option(envvar="FITSERVE_API_KEY", help="Its bearer key.")
    ] = None,
    version: Annotated[  # noqa: ARG001, FBT002  an option that ends the command by itself
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell the version."),
    ] = False,
) -> None:
    """Fit multi-layer perceptrons over learning rates and repetitions, serve the kept model."""
    remember(ctx, url, api_key)


app.command()(serve.up)
app.command()(serve.worker)
app.command()(demo.demo)
app.command()(reproduce.reproduce)
app.command()(train.train)
app.command()(extend.extend)
app.command()(experiments.show)
app.command()(experiments.watch)
app.command()(experiments.ls)
app.command()(experiments.cancel)
app.command()(experiments.export)
app.command()(predict.predict)
app.command()(explain.explain)
app.command()(catalogue.catalogue)
app.command()(datasets.datasets)
app.add_typer(models.app, name="models")
app.add_typer(webhooks.app, name="webhooks")
app.command()(doctor.doctor)
app.command()(gc.gc)
app.add_typer(keys.app, name="keys")
app.command()(backup.backup)
app.command()(backup.restore)
