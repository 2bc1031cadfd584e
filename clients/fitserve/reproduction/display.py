"""A campaign as a terminal shows it: a line for each row that ends, one bar for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from fitserve.reproduction.posts import Post
from fitserve.tables import status_text
from fitserve_core.results import Experiment


class Bar:
    """One bar over all experiments, its length the estimated time; lines above it."""

    def __init__(self, progress: Progress, console: Console) -> None:
        self._progress = progress
        self._console = console
        self._time: TaskID | None = None
        self._ended = 0
        self._experiments = 0

    def begin(self, seconds: float, experiments: int) -> None:
        """Draw the bar."""
        self._experiments = experiments
        self._time = self._progress.add_task(self._rows(), total=seconds)

    def stand(self, seconds: float) -> None:
        """Draw how far it is."""
        assert self._time is not None
        self._progress.update(self._time, completed=seconds, description=self._rows())

    def ended(self, post: Post, experiment: Experiment) -> None:
        """Write a line."""
        self._ended += 1
        kept = experiment.kept_model
        told = f"{kept.figure.replace('_', ' ')} {kept.value:.4g}" if kept else "no model kept"
        self._console.print(
            f"  {post.entry.id:<34}", status_text(experiment), f" {told}", highlight=False
        )

    def _rows(self) -> str:
        return f"{self._ended} of {self._experiments} rows"


@contextmanager
def bar(console: Console) -> Iterator[Bar]:
    """Show a bar while the context is open; where there is no terminal, the lines alone."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("· about"),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with progress:
        yield Bar(progress, console)
