"""The service that the clients talk to, started by `scripts/interop.py`."""

import io
import json
import os
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture(scope="session")
def url() -> str:
    """Where the service is."""
    return os.environ["FITSERVE_INTEROP_URL"]


@pytest.fixture
def exported(url: str, tmp_path: Path) -> Callable[[str], Path]:
    """Fetch and unpack an export of the experiment on Eckerle4."""

    def fetch(form: str) -> Path:
        experiment = os.environ["FITSERVE_INTEROP_CURVE"]
        address = f"{url}/experiments/{experiment}/export?format={form}"
        with urllib.request.urlopen(address) as answer:
            zipfile.ZipFile(io.BytesIO(answer.read())).extractall(tmp_path)
        return tmp_path / f"{experiment}-{form}"

    return fetch


@pytest.fixture
def metrics(url: str) -> list[dict[str, Any]]:
    """The runs of that experiment as the service tells them."""
    experiment = os.environ["FITSERVE_INTEROP_CURVE"]
    with urllib.request.urlopen(f"{url}/experiments/{experiment}/metrics") as answer:
        runs: list[dict[str, Any]] = json.load(answer)["runs"]
        return runs


@pytest.fixture(scope="session")
def digits() -> NDArray[np.float32]:
    """Two bright noises: no digits, but what every client must be answered alike."""
    return np.random.default_rng(1).integers(0, 256, (2, 784)).astype(np.float32)


@pytest.fixture(scope="session")
def predict(url: str) -> Callable[[str, Any], list[dict[str, Any]]]:
    """The service's own answer, which every protocol's must equal."""

    def ask(model: str, instances: Any) -> list[dict[str, Any]]:
        body = json.dumps({"model": model, "instances": instances}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{url}/predict", body, headers)
        with urllib.request.urlopen(request) as answer:
            predictions: list[dict[str, Any]] = json.load(answer)["predictions"]
            return predictions

    return ask
