"""The service that the clients talk to, started by `scripts/interop.py`."""

import json
import os
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture(scope="session")
def url() -> str:
    """Where the service is."""
    return os.environ["FITSERVE_INTEROP_URL"]


@pytest.fixture(scope="session")
def digits() -> NDArray[np.float32]:
    """Two bright noises: no digits, but what every client must be answered alike."""
    return np.random.default_rng(1).integers(0, 256, (2, 784)).astype(np.float32)


@pytest.fixture(scope="session")
def predict(url: str) -> Callable[[str, Any], list[dict[str, Any]]]:
    """The service's own answer, which every protocol's must equal."""

    def ask(model: str, instances: Any) -> list[dict[str, Any]]:
        body = json.dumps({"model": model, "instances": instances}).encode()
        request = urllib.request.Request(f"{url}/predict", body)
        with urllib.request.urlopen(request) as answer:
            predictions: list[dict[str, Any]] = json.load(answer)["predictions"]
            return predictions

    return ask
