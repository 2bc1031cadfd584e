"""`fitserve up` and `fitserve worker`: start the service, or more hands for it."""

from typing import Annotated

import typer

from fitserve.cli.extras import extras, settings
from fitserve_core.devices import DeviceKind


def up(
    api_processes: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Processes that answer on the one port; FITSERVE_API_PROCESSES or 1 unless given.",
        ),
    ] = None,
) -> None:
    """Serve in the foreground until Ctrl-C: API, broker and workers."""
    with extras():
        from fitserve_service.stack import serve_forever  # noqa: PLC0415  needs the extras
    given = {} if api_processes is None else {"api_processes": api_processes}
    serve_forever(settings(**given))


def worker(
    device: Annotated[
        DeviceKind, typer.Option(help="What to train on: this machine's cores, or its GPUs.")
    ] = "cpu",
) -> None:
    """Train for a service elsewhere, reached by REDIS_URL and DATABASE_URL."""
    with extras():
        from fitserve_workers.app import run_worker  # noqa: PLC0415  needs the extras
    run_worker(settings(), device)
