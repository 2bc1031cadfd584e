"""`pip install .` alone: the client and the command line, and little else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fitserve_service.stack import Stack

PROJECT = Path(__file__).parents[2]
MOST_PACKAGES = 20
SCRIPT = """
import sys
from fitserve import Client
with Client(sys.argv[1]) as client:
    experiment = client.experiments.create(
        dataset="eckerle4", repetitions=1, training={"epochs": 30}
    ).wait()
    print(experiment.table())
    print(experiment.status)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of a new environment that holds the base install."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    constraints = ["-c", PROJECT / "constraints.txt"]
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "-q", *constraints, PROJECT],
        check=True,
        timeout=300,
    )
    return python


class TestBase:
    def test_has_few_packages(self, python: Path) -> None:
        told = subprocess.run(
            [sys.executable, "-m", "pip", "--python", python, "list", "--format", "json"],
            check=True,
            capture_output=True,
        )
        names = {package["name"] for package in json.loads(told.stdout)}
        assert len(names) <= MOST_PACKAGES, sorted(names)
        assert not names & {"numpy", "fastapi", "tensorflow", "celery"}

    def test_trains_on_a_service(self, python: Path, stack: Stack) -> None:
        told = subprocess.run(
            [python, "-c", SCRIPT, stack.url],
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "MSE on [0, 1]" in told.stdout
        assert told.stdout.rstrip().endswith("succeeded")
