"""Metrics as a table for spreadsheets."""

import csv
import io
from typing import Any

from fitserve_core.results import EpochFigures, Metrics

NORMS = "gradient_norms"


def metrics_csv(metrics: Metrics) -> str:
    """Return one line per run and epoch, with the names of the columns first."""
    configured = list(dict.fromkeys(name for run in metrics.runs for name in run.config))
    figures = [name for name in EpochFigures.model_fields if name != NORMS]
    epochs = [epoch for run in metrics.runs for epoch in run.epochs]
    layers = max((len(epoch.gradient_norms or []) for epoch in epochs), default=0)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    own = ["run_id", "cell", "repetition", "seed", "status", "verdict"]
    norms = [f"gradient_norm.{layer}" for layer in range(1, layers + 1)]
    # The learning rate of an epoch is a figure; the configured one is told apart.
    writer.writerow([*own, *(f"config.{name}" for name in configured), *figures, *norms])
    for run in metrics.runs:
        verdict = run.verdict.name if run.verdict else ""
        head = [run.run_id, run.cell, run.repetition, run.seed, run.status, verdict]
        config = [run.config.get(name) for name in configured]
        for epoch in run.epochs:
            told = [getattr(epoch, name) for name in figures]
            writer.writerow([*head, *config, *told, *_filled(epoch.gradient_norms, layers)])
    return out.getvalue()


def _filled(norms: list[float | None] | None, layers: int) -> list[Any]:
    given: list[Any] = list(norms or [])
    return given + [None] * (layers - len(given))
