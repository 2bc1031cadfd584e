"""What a process does before its first run, so that the run need not wait for it."""

import dataclasses

import numpy as np

from fitserve_core.datasets.dataset import Dataset, Rows, Scale
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.spec import ExperimentSpec
from fitserve_workers.training.cache import ProgramCache
from fitserve_workers.training.program import Program
from fitserve_workers.training.shape import Shape

ROWS, COLUMNS = 4, 8


def warm() -> None:
    """Trace a tiny program that skips zeros, which has all of the loops.

    TensorFlow translates the functions that hold them once a process, which takes longer than
    tracing them.
    """
    inputs = np.zeros((ROWS, COLUMNS), np.float32)
    inputs[:, 0] = 1.0
    rows = Rows(inputs, np.zeros(ROWS, np.int32))
    info = dataclasses.replace(DATASETS["mnist"], inputs=COLUMNS, train_rows=ROWS)
    dataset = Dataset(info, rows, rows, rows, Scale(0.0, 1.0))
    training = {"optimizer": "sgd", "batch_size": ROWS - 1}
    spec = {"dataset": "mnist", "network": {"hidden_layers": [1]}, "training": training}
    plan = ExperimentSpec.model_validate(spec).cells[0].plan
    tensors = ProgramCache().tensors(dataset, skip_zeros=True)
    Program(Shape.of(plan, dataset, skips_zeros=tensors.skips_zeros)).trace(tensors)
