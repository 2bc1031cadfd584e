"""What cells, runs and layers are called in figures and exports."""

from collections.abc import Mapping
from typing import Any

from fitserve_core.results import RunMetrics


def config_label(config: Mapping[str, Any]) -> str:
    """Return what a cell is called in a legend, as `learning_rate 0.01 · hidden_layers [50]`."""
    words = [f"{path.rsplit('.', 1)[-1]} {value}" for path, value in config.items()]
    return " · ".join(words) or "all runs"


def run_label(run: RunMetrics) -> str:
    """Return what a run is called within its cell; people count from 1."""
    fold = "" if run.fold is None else f", fold {run.fold + 1}"
    return f"repetition {run.repetition + 1}{fold}"


def layer_label(index: int, layers: int) -> str:
    """Return what the Dense layer of this index, of so many, is called."""
    return "output" if index == layers - 1 else f"hidden {index + 1}"
