import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fitserve_core.datasets import eckerle4
from fitserve_core.datasets.dataset import Dataset, Division, Rows, Scale
from fitserve_core.datasets.registry import DatasetInfo
from fitserve_core.spec import Lbfgs, Network, RunPlan, Sgd, Split
from fitserve_workers.training import ProgramCache, Training, configure_tensorflow, full_batch, pace

configure_tensorflow()

MakePlan = Callable[..., RunPlan]


def _plan(**changes: Any) -> RunPlan:
    of_network = {name: changes.pop(name) for name in Network.model_fields if name in changes}
    fields: dict[str, Any] = {
        "dataset": "eckerle4",
        "network": Network.model_validate({"hidden_layers": [8]} | of_network),
        "optimizer": Sgd(name="sgd"),
        "learning_rate": 0.05,
        "batch_size": 4,
        "epochs": 3,
        "seed": 11,
        "split": Split(),
        "scaling": "train",
    }
    if isinstance(changes.get("optimizer"), Lbfgs):
        changes |= {"learning_rate": None, "batch_size": None}
    return RunPlan(**(fields | changes))


@pytest.fixture
def plan() -> MakePlan:
    """Return a plan of a small network; the keywords say what differs."""
    return _plan


@pytest.fixture(scope="session")
def programs() -> ProgramCache:
    """Programs that tests share, as the runs of a worker do; compiling is what takes time."""
    return ProgramCache(size=128)


@pytest.fixture
def fresh_programs() -> ProgramCache:
    return ProgramCache()


@pytest.fixture
def shortest_slices(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Return what makes slices single steps, so that a run is not done before it is interrupted."""

    @contextmanager
    def _shortest() -> Iterator[None]:
        with monkeypatch.context() as patch:
            for module in (pace, full_batch):
                patch.setattr(module, "SLICE_SECONDS", 0.0)
            yield

    return _shortest


@pytest.fixture
def finish() -> Callable[[Training], list[Any]]:
    """Return a function that trains to the end and gives the figures of all epochs."""

    def _finish(training: Training) -> list[Any]:
        figures = []
        while not training.finished:
            figures += training.advance()
        return figures

    return _finish


@pytest.fixture
def transmittance() -> Callable[..., Dataset]:
    def _load(split_seed: int = 0, scaling: Any = "train") -> Dataset:
        return eckerle4.load(Path(), Division(split_seed), scaling)

    return _load


@pytest.fixture
def blobs() -> Callable[..., Dataset]:
    """Return a maker of three classes around three points of the plane, units 0 to 255."""
    return _blobs


def _blobs(train: int = 50, validation: int = 21, test: int = 30) -> Dataset:
    random = np.random.default_rng(5)
    centres = np.array([[0.2, 0.2], [0.8, 0.3], [0.5, 0.9]])

    def rows(count: int) -> Rows:
        labels = random.integers(0, 3, count).astype(np.int32)
        inputs = centres[labels] + 0.08 * random.standard_normal((count, 2))
        return Rows(inputs.astype(np.float32), labels)

    return Dataset(
        info=DatasetInfo("blobs", "classification", 2, 3, train, "", {}),
        train=rows(train),
        validation=rows(validation) if validation else None,
        test=rows(test),
        input_scale=Scale(0.0, 255.0),
    )
