"""Shows an experiment's progress, fed by its events: bars in a terminal, lines elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from fitserve.clock import Clock
from fitserve.progress.bars import Bars
from fitserve.progress.lines import Lines
from fitserve.watching import Watcher
from fitserve_core.results import Experiment


@contextmanager
def watching(
    experiment: Experiment, clock: Clock, console: Console | None = None
) -> Iterator[Watcher]:
    """Yield what shows the experiment's events on `console`, standard output by default."""
    console = console or Console()
    if not console.is_terminal:
        yield Lines(experiment, clock, console)
        return
    bars = Bars(experiment, console)
    with bars.progress:
        yield bars
