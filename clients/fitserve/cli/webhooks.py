"""`fitserve webhooks`: who is told of experiments that have ended."""

from itertools import islice
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fitserve.cli.connection import client_of
from fitserve.cli.output import AsJson, print_json
from fitserve_core.webhooks import EVENT_TYPES, Delivery, Webhook

NEWEST = 20
STYLES = {"pending": "yellow", "delivered": "green", "failed": "red"}

app = typer.Typer(no_args_is_help=True, help="Tell addresses of experiments that have ended.")

WebhookId = Annotated[str, typer.Argument(metavar="ID", help="Id of the webhook.")]


@app.command()
def add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="Receives a POST for each end.")],
    event: Annotated[
        list[str] | None,
        typer.Option(help=f"Only of this; may be given again: {', '.join(EVENT_TYPES)}."),
    ] = None,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Add a webhook and print its secret, which is told this once."""
    with client_of(ctx) as client:
        created = client.webhooks.create(url, events=event)  # type: ignore[arg-type]
    if as_json:
        print_json(created)
        return
    typer.echo(f"{created.id} {created.url}\nsecret, told this once: {created.secret}")


@app.command()
def ls(ctx: typer.Context, as_json: AsJson = False) -> None:  # noqa: FBT002
    """List the webhooks."""
    with client_of(ctx) as client:
        found = client.webhooks.list()
    if as_json:
        print_json(found)
    elif found:
        Console(soft_wrap=True).print(_webhooks_table(found))
    else:
        typer.echo("no webhooks yet; `fitserve webhooks add URL` adds one")


@app.command()
def rm(ctx: typer.Context, webhook_id: WebhookId) -> None:
    """Remove a webhook; messages that wait are not sent any more."""
    with client_of(ctx) as client:
        client.webhooks.delete(webhook_id)


@app.command("test")
def send_test(ctx: typer.Context, webhook_id: WebhookId, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Let the service send a test message."""
    with client_of(ctx) as client:
        sent = client.webhooks.test(webhook_id)
    if as_json:
        print_json(sent)
    else:
        typer.echo(f"{sent.id}; `fitserve webhooks deliveries {webhook_id}` tells what comes of it")


@app.command()
def deliveries(ctx: typer.Context, webhook_id: WebhookId, as_json: AsJson = False) -> None:  # noqa: FBT002
    """List the newest messages to a webhook and what became of them."""
    with client_of(ctx) as client:
        found = list(islice(client.webhooks.deliveries(webhook_id), NEWEST))
    if as_json:
        print_json(found)
    elif found:
        Console(soft_wrap=True).print(_deliveries_table(found))
    else:
        typer.echo("no messages yet")


def _webhooks_table(webhooks: list[Webhook]) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("webhook", no_wrap=True)
    table.add_column("address", overflow="fold")
    table.add_column("told of")
    for webhook in webhooks:
        told_of = ", ".join(event.removeprefix("experiment.") for event in webhook.events)
        table.add_row(webhook.id, Text(webhook.url), told_of)
    return table


def _deliveries_table(deliveries: list[Delivery]) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("message", no_wrap=True)
    table.add_column("of", overflow="fold")
    table.add_column("status", no_wrap=True)
    table.add_column("attempts", justify="right")
    table.add_column("what came of the last")
    for one in deliveries:
        status = Text(one.status, STYLES[one.status])
        of = f"{one.type} {one.experiment_id or ''}".rstrip()
        table.add_row(one.id, of, status, str(one.attempts), Text(one.told or "—"))
    return table
