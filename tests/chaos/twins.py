"""Undisturbed twins: what a spec comes to where nothing happens to it."""

from collections.abc import Mapping
from typing import Any

from chaos.house import House
from fitserve_core.results import RunMetrics
from fitserve_core.spec import ExperimentSpec

# Some five seconds, with all that a checkpoint holds: an optimizer's memory, dropout, shuffling.
DIGITS: dict[str, Any] = {
    "dataset": "mnist",
    "network": {"hidden_layers": [32], "dropout": {"rate": 0.1, "at": ["hidden"]}},
    "training": {
        "optimizer": "adam",
        "learning_rates": [0.001],
        "batch_size": 16,
        "epochs": 25,
    },
    "repetitions": 1,
    "seed": 3,
}
# SciPy's memory of curvature cannot be saved: a resumed run starts again.
LBFGS: dict[str, Any] = {
    "dataset": "mnist",
    "network": {"hidden_layers": [16]},
    "training": {"optimizer": "lbfgs", "epochs": 30},
    "repetitions": 1,
    "seed": 5,
}
# A second.
CURVE: dict[str, Any] = {
    "dataset": "eckerle4",
    "network": {"hidden_layers": [8]},
    "training": {
        "optimizer": "adam",
        "learning_rates": [0.02],
        "batch_size": 8,
        "epochs": 300,
    },
    "repetitions": 1,
    "seed": 7,
}


def endless(spec: Mapping[str, Any], repetitions: int = 1) -> dict[str, Any]:
    """Return a spec that trains until it is cancelled."""
    training = {**spec["training"], "epochs": 10_000}
    return {**spec, "training": training, "repetitions": repetitions}


class Twins:
    """Runs trained undisturbed, by what was posted."""

    def __init__(self) -> None:
        self._of: dict[str, list[RunMetrics]] = {}

    def of(self, spec: ExperimentSpec, house: House) -> list[RunMetrics]:
        """Return the runs of a spec's twin, trained in a house that nobody attacks just now."""
        key = _key(spec)
        if key not in self._of:
            ended = house.client.experiments.create(spec).wait(progress=False, timeout=240)
            runs = house.runs(ended.id)
            assert [(run.status, run.attempt) for run in runs] == [("succeeded", 1)] * len(runs)
            self._of[key] = runs
        return self._of[key]


def _key(spec: ExperimentSpec) -> str:
    return spec.model_dump_json(exclude={"name", "tags", "notes"})
