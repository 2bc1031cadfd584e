"""What tests of every area share."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from support.postgresql import running_postgresql

# Tests start dozens of processes, each of which would compile all that it imports anew: what an API
# imports takes 2.4 seconds of a core then, and 1.0 from bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

collect_ignore = ["interop"]  # in an environment of its own: make test-interop
FLOW = "tests/flow/"
# Long files first: no worker is to be left alone with one at the end.
AREAS = ("flow", "chaos", "workers", "service", "clients", "core")
TESTS = Path(__file__).parent
TEST_CACHE = TESTS.parent / "data" / "test-cache"

FETCH = """
import pathlib, sys
from fitserve_core.datasets.mnist import raw_test_digits
raw_test_digits(pathlib.Path(sys.argv[1]))
"""


class Scheduling(LoadFileScheduling):
    """A file's tests go to one worker, and so do all that share the running service of flow/."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return FLOW if file.startswith(FLOW) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: AREAS.index(item.path.relative_to(TESTS).parts[0]))


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """A data folder that holds MNIST, fetched from its real sources and kept between sessions.

    Fetched in a process of its own: one of the sources loads TensorFlow.
    """
    subprocess.run([sys.executable, "-c", FETCH, TEST_CACHE], check=True, timeout=300)
    return TEST_CACHE


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a real PostgreSQL server of this test run's own."""
    with running_postgresql() as url:
        yield url
