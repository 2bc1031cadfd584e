"""The console script `fitserve`."""

from fitserve.cli.app import app


def main() -> None:
    """Run the command line."""
    app()
