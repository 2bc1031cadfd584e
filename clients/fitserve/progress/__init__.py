"""Shows an experiment's progress, fed by its events: bars to look at, or lines for a log."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from fitserve.clock import Clock
from fitserve.progress.bars import Bars
from fitserve.progress.lines import Lines
from fitserve.progress.notebook import NotebookBars, displayed
from fitserve.watching import Watcher
from fitserve_core.results import Experiment


@contextmanager
def watching(
    experiment: Experiment, clock: Clock, console: Console | None = None
) -> Iterator[Watcher]:
    """Yield what shows the experiment's events on `console`, standard output by default."""
    console = console or Console()
    if console.is_jupyter:
        yield NotebookBars(experiment, clock, displayed())
        return
    if not console.is_terminal:
        yield Lines(experiment, clock, console)
        return
    bars = Bars(experiment, console)
    with bars.progress:
        yield bars
