"""What tests of every area share."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.postgresql import running_postgresql

collect_ignore = ["interop"]  # in an environment of its own: make test-interop
# Files that keep a worker busy for long come first, so that none is left alone with one at the end.
FIRST = ("chaos", "flow")
TEST_CACHE = Path(__file__).parents[1] / "data" / "test-cache"

FETCH = """
import pathlib, sys
from fitserve_core.datasets.mnist import raw_test_digits
raw_test_digits(pathlib.Path(sys.argv[1]))
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name not in FIRST)


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
