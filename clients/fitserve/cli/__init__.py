"""The console script `fitserve`."""

import io
import sys

from fitserve.cli.app import app


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without ± shows a question mark; it is no reason to end with a traceback.
            stream.reconfigure(errors="replace")
    app()
