"""A program that trains in several shapes, two seeds each; tests watch what it compiles."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import dataclasses
from typing import Any

import numpy as np

from fitserve_core.datasets.dataset import Dataset, Rows, Scale
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.spec import ExperimentSpec, RunPlan
from fitserve_workers.training import ProgramCache, Training, configure_tensorflow

SIDE, ROWS = 6, 20
MOVES = {"shift": 1, "rotation": 10}
WIDTH = 12
DEEP = {"hidden_layers": 3 * [WIDTH], "batch_normalization": True}
# What a spec's network and training have beside the least.
SHAPES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"augmentation": MOVES}),
    ({}, {"augmentation": {"elastic": {"alpha": 2, "sigma": 1}}}),
    ({}, {"augmentation": MOVES | {"noise": 3}}),
    ({"dropout": {"rate": 0.2, "at": ["input", "hidden", "output"]}}, {}),
    *((DEEP, {"optimizer": name}) for name in ("sgd", "adam", "nadam", "rmsprop")),
]


def main() -> None:
    """Train each shape with a seed after the other, in a program that they share."""
    configure_tensorflow()
    dataset, programs = images(), ProgramCache()
    for network, training in SHAPES:
        plan = plan_of(network, training)
        for seed in (1, 2):
            run = Training(plan.model_copy(update={"seed": seed}), dataset, programs)
            while not run.finished:
                run.advance()


def plan_of(network: dict[str, Any], training: dict[str, Any]) -> RunPlan:
    """Return two epochs of four neurons, in batches of 8 and one of 4."""
    spec = {
        "dataset": "mnist",
        "network": {"hidden_layers": [4]} | network,
        "training": {"optimizer": "sgd", "batch_size": 8, "epochs": 2} | training,
    }
    return ExperimentSpec.model_validate(spec).cells[0].plan


def images() -> Dataset:
    """Return images of which a fifth is not zero."""
    random = np.random.default_rng(3)
    inputs = random.random((ROWS, SIDE * SIDE), np.float32)
    inputs[random.random(inputs.shape) > 0.2] = 0
    rows = Rows(inputs, random.integers(0, 10, ROWS).astype(np.int32))
    info = dataclasses.replace(DATASETS["mnist"], inputs=SIDE * SIDE, train_rows=ROWS)
    return Dataset(info, rows, rows, rows, Scale(0.0, 1.0))


if __name__ == "__main__":
    main()
