"""Workloads as this project trains them: spec, run plan, rows, their order, initial weights."""

from pathlib import Path

import keras
import numpy as np

from benchmarks.training.digits import digits, first_rows
from benchmarks.training.problem import Problem
from benchmarks.training.workloads import Workload
from fitserve_core.datasets.dataset import Dataset, Division
from fitserve_core.datasets.loading import load_dataset
from fitserve_core.seeds import run_seed
from fitserve_core.spec import ExperimentSpec, RunPlan
from fitserve_workers.training.orders import epoch_order
from fitserve_workers.training.program import Program
from fitserve_workers.training.shape import Shape

# Of the first run of an experiment whose own seed is the default.
SEED = run_seed(0, 0, 0)


def spec(workload: Workload) -> dict[str, object]:
    """Return the spec that trains a workload once."""
    return {
        "dataset": workload.dataset,
        "repetitions": 1,  # Eckerle4's own are four
        "network": {
            "hidden_layers": list(workload.hidden),
            "activation": workload.activation,
            "dropout": {"rate": workload.dropout},
            "batch_normalization": workload.normalized,
        },
        "training": {
            "optimizer": workload.optimizer,
            "learning_rates": [workload.learning_rate],
            "batch_size": workload.batch_size,
            "epochs": workload.epochs,
        },
    }


def run_plan(workload: Workload) -> RunPlan:
    """Return the run of `spec`."""
    cell = ExperimentSpec.model_validate(spec(workload)).cells[0]
    return cell.plan.model_copy(update={"seed": SEED})


def dataset(workload: Workload, rows: int) -> Dataset:
    """Return a workload's data set with its first `rows` training rows, in memory."""
    if workload.dataset == "mnist":
        return first_rows(digits(), rows)
    plan = run_plan(workload)
    division = Division(**plan.split.model_dump())
    return load_dataset(
        workload.dataset, data_folder=Path(), division=division, scaling=plan.scaling
    )


def problem(workload: Workload, rows: int) -> Problem:
    """Return what all contenders train: a workload over its first `rows` training rows."""
    data, plan = dataset(workload, rows), run_plan(workload)
    program = Program(Shape.of(plan, data))
    program.let(plan)
    dense = [layer for layer in program.model.layers if isinstance(layer, keras.layers.Dense)]
    orders = [epoch_order(plan.seed, epoch, rows) for epoch in range(workload.epochs)]
    return Problem(
        workload,
        data.train.inputs,
        data.train.targets,
        np.stack(orders),
        [np.asarray(part) for layer in dense for part in (layer.kernel, layer.bias)],
    )
