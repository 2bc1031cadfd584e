"""The record of a finished run: what can be looked at."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.layers import summarise_layers
from fitserve_core.records import RunRecord
from fitserve_core.spec import RunPlan
from fitserve_workers.diagnostics.curve import curve_pictures
from fitserve_workers.diagnostics.digits import digit_pictures
from fitserve_workers.diagnostics.weights import Arrays, pictured, weights_of
from fitserve_workers.training import Training

Pictures = Callable[[keras.Model, Dataset], dict[str, Any]]

PICTURES: dict[str, Pictures] = {"mnist": digit_pictures, "eckerle4": curve_pictures}


def record_of(
    plan: RunPlan, training: Training, dataset: Dataset, start: Arrays | None
) -> RunRecord:
    """Return the record of a finished run.

    Args:
        plan: what was trained.
        training: finished.
        dataset: its rows.
        start: the weights that it began with, before any pre-training; None where they are lost.
    """
    layers = summarise_layers(plan.network, dataset.info.inputs, dataset.info.outputs)
    if plan.pretraining is not None:
        stack = training.pretraining
        start = None if stack is None or start is None else start | stack.encoders
    return RunRecord(
        layers=layers,
        parameters=sum(layer.parameters for layer in layers),
        trainable_parameters=sum(layer.trainable_parameters for layer in layers),
        start=None if start is None else pictured(start),
        end=pictured(weights_of(training.model)),
        pretraining=training.pretraining.figures if training.pretraining else None,
        **PICTURES[dataset.info.name](training.model, dataset),
    )


def write_record(record: RunRecord, path: Path) -> None:
    """Write a record as JSON."""
    path.write_text(record.model_dump_json())
