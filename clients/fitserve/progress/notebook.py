"""Live bars for a notebook: one for the experiment, one for each run at work.

They are HTML that replaces itself, which every notebook shows without an extension, and which stays
in a saved one.
"""

from collections.abc import Callable
from html import escape
from uuid import uuid4

from fitserve.clock import Clock
from fitserve.progress.board import Board
from fitserve.watching import Watcher
from fitserve_core.results import TERMINAL, Event, Experiment

SECONDS_BETWEEN = 0.2
CELL = "<td style='text-align:left;white-space:nowrap'>"


class NotebookBars(Watcher):
    """Draws the board of one experiment.

    Args:
        experiment: what is watched.
        clock: tells when to draw again; events come in bursts.
        draw: shows HTML in place of what it showed before.
    """

    def __init__(self, experiment: Experiment, clock: Clock, draw: Callable[[str], None]) -> None:
        self._board = Board(experiment)
        self._clock = clock
        self._draw = draw
        self._sentences: list[str] = []
        self._drawn_at = clock.monotonic()
        draw(self._html())

    def show(self, event: Event) -> None:
        """Draw what has changed, if it is time or the end."""
        sentence = self._board.take(event)
        if sentence is not None:
            self._sentences.append(sentence)
        now = self._clock.monotonic()
        if now - self._drawn_at >= SECONDS_BETWEEN or self._board.status in TERMINAL:
            self._drawn_at = now
            self._draw(self._html())

    def _html(self) -> str:
        board = self._board
        title = f"{board.mark} {board.title}"
        rows = [_row(title, board.epochs_done, board.epochs_total, board.ended_runs)]
        rows += [
            _row(run.label, run.epochs_done, run.epochs_total, run.current)
            for run in (board.runs[run_id] for run_id in board.running)
        ]
        sentences = "".join(f"<div>! {escape(sentence)}</div>" for sentence in self._sentences)
        return f"<table>{''.join(rows)}</table>{sentences}"


def _row(label: str, done: int, total: int, note: str) -> str:
    bar = f"<progress value='{done}' max='{total}' aria-label='{escape(label)}'></progress>"
    told = (escape(label), bar, f"{done}/{total} epochs", escape(note))
    return f"<tr>{''.join(f'{CELL}{each}</td>' for each in told)}</tr>"


def displayed() -> Callable[[str], None]:
    """Return what shows HTML in the cell that runs, in place of what it showed before."""
    from IPython.display import display  # noqa: PLC0415  there in every notebook

    place = uuid4().hex
    shown = False

    def draw(html: str) -> None:
        nonlocal shown
        display({"text/html": html}, raw=True, display_id=place, update=shown)
        shown = True

    return draw
