"""A data folder in which models are kept, as workers leave it; their weights are untrained."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.training.digits import digits, first_rows
from fitserve_core.artefacts import Artefacts
from fitserve_core.datasets.dataset import Dataset, Division
from fitserve_core.datasets.loading import load_dataset
from fitserve_core.results import Verdict
from fitserve_core.settings import Settings
from fitserve_core.spec import ExperimentSpec
from fitserve_core.store import Store, StoredFile

NETWORKS = {"mnist": [100], "eckerle4": [128, 128, 64]}
FINAL: dict[str, dict[str, float | None]] = {
    "mnist": {"loss": 0.1, "val_accuracy": 0.98},
    "eckerle4": {"loss": 0.001, "mse": 0.001},
}


def own_settings(folder: Path) -> Settings:
    """Return settings of a store in `folder`, whatever the environment says."""
    own = {"data": folder, "database_url": None, "redis_url": None, "api_keys": None}
    return Settings.model_validate(own)


def keep_models(folder: Path, copies: int = 1) -> dict[str, Path]:
    """Keep `copies` models of each data set in a new store; return one's file by data set."""
    settings = own_settings(folder)
    store, artefacts = Store.opened(settings), Artefacts(settings.artefacts)
    kept = {}
    for _ in range(copies):
        for dataset, layers in NETWORKS.items():
            kept[dataset] = _keep(store, artefacts, dataset, layers)
    store.close()
    return kept


def some_digits(count: int) -> NDArray[np.uint8]:
    """Return the pixels of digits, (count, 784)."""
    return np.rint(digits().train.inputs[:count] * 255).astype(np.uint8)


def _keep(store: Store, artefacts: Artefacts, dataset: str, layers: list[int]) -> Path:
    from fitserve_workers.export import export_onnx
    from fitserve_workers.training import ProgramCache, Training

    spec = {
        "dataset": dataset,
        "network": {"hidden_layers": layers},
        "training": {"learning_rates": [0.01]},
        "repetitions": 1,
    }
    store.experiments.create(ExperimentSpec.model_validate(spec))
    claim = store.claims.take("benchmark", "cpu")
    assert claim is not None
    rows = _rows(dataset)
    model = Training(claim.plan, rows, ProgramCache()).model
    path = f"{claim.experiment_id}/{claim.run_id}/{claim.attempt}/model.onnx"
    written = artefacts.write(path, lambda file: export_onnx(claim.plan, rows, model, file))
    verdict = Verdict(name="trained", reason="for a benchmark")
    store.claims.succeed(claim, verdict, FINAL[dataset], [StoredFile("onnx", path, *written)])
    return artefacts.root / path


def _rows(dataset: str) -> Dataset:
    if dataset == "mnist":
        return first_rows(digits(), 8)
    folder = Settings().data
    return load_dataset(dataset, data_folder=folder, division=Division(), scaling="train")
