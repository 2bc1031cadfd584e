"""Live bars for a terminal: one for the experiment, one for each run at work."""

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

from fitserve.progress.board import Board
from fitserve.terminal import spelled
from fitserve.watching import Watcher
from fitserve_core.results import Event, Experiment

STYLES = {"✓": "green", "✗": "red", "■": "yellow", "○": "yellow", "●": "cyan"}


class Bars(Watcher):
    """Draws the board of one experiment; enter `progress` to see it."""

    def __init__(self, experiment: Experiment, console: Console) -> None:
        self.progress = Progress(
            TextColumn(
                "{task.description}",
                table_column=Column(no_wrap=True, overflow="ellipsis", max_width=30),
            ),
            BarColumn(bar_width=18),
            TextColumn("{task.completed:.0f}/{task.total:.0f} epochs", justify="right"),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._board = Board(experiment)
        self._overall = self.progress.add_task(
            self._title(), total=self._board.epochs_total, note=self._board.ended_runs
        )
        self._tasks: dict[str, TaskID] = {}

    def show(self, event: Event) -> None:
        """Draw what has changed."""
        sentence = self._board.take(event)
        if sentence is not None:
            self.progress.console.print(f"  ! {self._shown(sentence)}", style="yellow")
        self._draw_runs()
        self.progress.update(
            self._overall,
            description=self._title(),
            completed=self._board.epochs_done,
            note=self._board.ended_runs,
        )

    def _draw_runs(self) -> None:
        for run_id in set(self._tasks) - set(self._board.running):
            self.progress.remove_task(self._tasks.pop(run_id))
        for run_id in self._board.running:
            run = self._board.runs[run_id]
            if run_id not in self._tasks:
                self._tasks[run_id] = self.progress.add_task(
                    self._shown(f"  {run.label}"), total=run.epochs_total, note=""
                )
            self.progress.update(self._tasks[run_id], completed=run.epochs_done, note=run.current)

    def _title(self) -> str:
        mark = f"[{STYLES[self._board.mark]}]{self._board.mark}[/]"
        return spelled(f"{mark} [bold]{escape(self._board.title)}[/]", self.progress.console)

    def _shown(self, text: str) -> str:
        return escape(spelled(text, self.progress.console))
