"""Sparse lines for a log: progress where there is no terminal to draw in."""

from rich.console import Console

from fitserve.clock import Clock
from fitserve.progress.board import Board
from fitserve.terminal import spelled
from fitserve.watching import Watcher
from fitserve_core.results import TERMINAL, Event, Experiment

SHARE_BETWEEN = 0.1
SECONDS_BETWEEN = 2.0


class Lines(Watcher):
    """Writes a line at the start, at every tenth but not too often, and at the end."""

    def __init__(self, experiment: Experiment, clock: Clock, console: Console) -> None:
        self._board = Board(experiment)
        self._clock = clock
        self._console = console
        self._started = self._told_at = clock.monotonic()
        self._told_share = 0.0
        self._write(f"{self._board.runs_total} runs, {self._board.epochs_total} epochs in all")

    def show(self, event: Event) -> None:
        """Write a line if one is due."""
        sentence = self._board.take(event)
        if sentence is not None:
            self._write(sentence)
        if self._board.status in TERMINAL:
            seconds = self._clock.monotonic() - self._started
            self._write(f"{self._board.status} after {seconds:.1f} s, {self._board.ended_runs}")
        elif self._due():
            self._told_at = self._clock.monotonic()
            self._told_share = self._share()
            self._write(self._standing())

    def _due(self) -> bool:
        return (
            self._share() - self._told_share >= SHARE_BETWEEN
            and self._clock.monotonic() - self._told_at >= SECONDS_BETWEEN
        )

    def _standing(self) -> str:
        board, latest = self._board, self._board.latest
        epochs = f"{self._share():.0%}, {board.epochs_done}/{board.epochs_total} epochs"
        figures = f", last {latest.current} ({latest.label})" if latest else ""
        return f"{epochs}, {board.ended_runs}{figures}"

    def _share(self) -> float:
        return self._board.epochs_done / self._board.epochs_total

    def _write(self, text: str) -> None:
        line = spelled(f"{self._board.title}: {text}", self._console)
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)
