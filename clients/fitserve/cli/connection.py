"""How a command reaches the service."""

from dataclasses import dataclass, replace

import httpx2
import typer

from fitserve.clock import Clock
from fitserve.sync.client import Client


@dataclass(frozen=True)
class Connection:
    """What `--url` and `--api-key` say; transport and clock are given by tests alone."""

    base_url: str | None = None
    api_key: str | None = None
    transport: httpx2.BaseTransport | None = None
    clock: Clock | None = None


def remember(ctx: typer.Context, base_url: str | None, api_key: str | None) -> None:
    """Keep what the global options say for the command behind them."""
    ctx.obj = replace(ctx.obj or Connection(), base_url=base_url, api_key=api_key)


def names_a_service(ctx: typer.Context) -> bool:
    """Return whether the user said where the service is."""
    given: Connection = ctx.obj
    return given.base_url is not None


def client_of(ctx: typer.Context) -> Client:
    """Return a client for the service that the global options name."""
    given: Connection = ctx.obj
    return Client(given.base_url, given.api_key, transport=given.transport, clock=given.clock)
