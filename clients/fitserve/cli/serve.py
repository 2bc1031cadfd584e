"""`fitserve up` and `fitserve worker`: start the service, or more hands for it."""

from fitserve.cli.extras import extras, settings


def up() -> None:
    """Serve in the foreground until Ctrl-C: API, broker and workers."""
    with extras():
        from fitserve_service.stack import serve_forever  # noqa: PLC0415  needs the extras
    serve_forever(settings())


def worker() -> None:
    """Train for a service elsewhere, reached by REDIS_URL and DATABASE_URL."""
    with extras():
        from fitserve_workers.app import run_worker  # noqa: PLC0415  needs the extras
    run_worker(settings())
