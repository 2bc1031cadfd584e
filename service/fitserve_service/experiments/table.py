"""Metrics as a table for spreadsheets."""

import csv
import io

from fitserve_core.results import EpochFigures, Metrics


def metrics_csv(metrics: Metrics) -> str:
    """Return one line per run and epoch, with the names of the columns first."""
    configured = list(dict.fromkeys(name for run in metrics.runs for name in run.config))
    figures = list(EpochFigures.model_fields)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    own = ["run_id", "cell", "repetition", "seed", "status", "verdict"]
    # The learning rate of an epoch is a figure; the configured one is told apart.
    writer.writerow([*own, *(f"config.{name}" for name in configured), *figures])
    for run in metrics.runs:
        verdict = run.verdict.name if run.verdict else ""
        head = [run.run_id, run.cell, run.repetition, run.seed, run.status, verdict]
        config = [run.config.get(name) for name in configured]
        for epoch in run.epochs:
            writer.writerow([*head, *config, *(getattr(epoch, name) for name in figures)])
    return out.getvalue()
