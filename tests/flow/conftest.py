"""The whole service, started once for all flow tests, and clients of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fitserve import Client
from fitserve_core.settings import Settings
from fitserve_service.stack import Stack

LONG_PATH = 200


@pytest.fixture(scope="session")
def long_folder(tmp_path_factory: pytest.TempPathFactory, data_folder: Path) -> Path:
    """A data folder whose path has 200 characters, with MNIST in its cache."""
    folder = tmp_path_factory.mktemp("flow")
    while (missing := LONG_PATH - len(str(folder)) - 1) > 0:
        folder /= "d" * min(missing, 100)
    shutil.copytree(data_folder / "datasets", folder / "datasets")
    return folder


@pytest.fixture(scope="session")
def stack(long_folder: Path) -> Iterator[Stack]:
    """Broker, API and a worker of one slot, in which experiments of a shape compile once.

    chaos/ has two. The lease is short, so that lost runs go on soon.
    """
    settings = Settings(data=long_folder, port=0, slots=1, lease_seconds=4)
    with Stack(settings) as running:
        yield running


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    """The Python client of the running service."""
    with Client(stack.url) as client:
        yield client
