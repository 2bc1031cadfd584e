"""Metrics as they are sent, piece by piece: as JSON, and as a table for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from fitserve_core.results import EpochFigures, RunMetrics
from fitserve_core.store.histories import EpochRow, Histories, History

NORMS = "gradient_norms"
PIECE_BYTES = 64 * 1024

_FIELDS = list(RunMetrics.model_fields)
_BEFORE_EPOCHS = set(_FIELDS[: _FIELDS.index("epochs")])
_AFTER_EPOCHS = set(_FIELDS) - _BEFORE_EPOCHS - {"epochs"}


def metrics_json(experiment_id: str, histories: Iterable[History]) -> Iterator[bytes]:
    """Yield the JSON of `Metrics`, whose whole might not fit into memory."""
    return _gathered(_json(experiment_id, histories))


def metrics_csv(experiment_id: str, histories: Histories) -> Iterator[bytes]:
    """Yield one line per run and epoch, with the names of the columns first.

    Raises:
        NotFoundError: there is no such experiment; at once.
    """
    configured, layers = histories.columns(experiment_id)
    return _gathered(_csv(configured, layers, histories.of(experiment_id)))


def _json(experiment_id: str, histories: Iterable[History]) -> Iterator[bytes]:
    yield b'{"experiment_id":%b,"runs":[' % orjson.dumps(experiment_id)
    comma = b""
    for history in histories:
        before = history.run.model_dump_json(include=_BEFORE_EPOCHS)
        after = history.run.model_dump_json(include=_AFTER_EPOCHS)
        yield comma + before[:-1].encode() + b',"epochs":['
        yield from _items(history.epochs)
        yield b"]," + after[1:].encode()
        comma = b","
    yield b"]}"


def _items(pages: Iterable[list[EpochRow]]) -> Iterator[bytes]:
    comma = b""
    for page in pages:
        if page:
            yield comma + orjson.dumps(page)[1:-1]
            comma = b","


def _csv(configured: list[str], layers: int, histories: Iterable[History]) -> Iterator[bytes]:
    figures = [name for name in EpochFigures.model_fields if name != NORMS]
    own = ["run_id", "cell", "repetition", "seed", "status", "verdict"]
    norms = [f"gradient_norm.{layer}" for layer in range(1, layers + 1)]
    # The learning rate of an epoch is a figure; the configured one is told apart.
    yield _lines([[*own, *(f"config.{name}" for name in configured), *figures, *norms]])
    for history in histories:
        run = history.run
        verdict = run.verdict.name if run.verdict else ""
        head = [run.run_id, run.cell, run.repetition, run.seed, run.status, verdict]
        head += [run.config.get(name) for name in configured]
        for page in history.epochs:
            told = [[row[name] for name in figures] + _filled(row[NORMS], layers) for row in page]
            yield _lines([head + figures for figures in told])


def _lines(rows: list[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _filled(norms: list[float | None] | None, layers: int) -> list[Any]:
    given: list[Any] = list(norms or [])
    return given + [None] * (layers - len(given))


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same in fewer pieces: each costs a turn of the event loop."""
    gathered = bytearray()
    for piece in pieces:
        gathered += piece
        if len(gathered) >= PIECE_BYTES:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)
