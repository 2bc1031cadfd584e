"""The examples, run as they are against a real service."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from fitserve_service.stack import Stack

EXAMPLES = Path(__file__).parents[2] / "examples"
FITSERVE = Path(sys.executable).with_name("fitserve")


@pytest.fixture
def _service(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FITSERVE_URL", stack.url)
    monkeypatch.delenv("FITSERVE_API_KEY", raising=False)


def printed(*command: str | Path) -> str:
    run = subprocess.run(
        command, capture_output=True, text=True, timeout=180, env=os.environ, check=False
    )
    assert run.returncode == 0, run.stderr + run.stdout
    return run.stdout


@pytest.mark.usefixtures("_service")
class TestExamples:
    def test_spec(self) -> None:
        told = printed(FITSERVE, "train", EXAMPLES / "digits.yaml")
        assert told.count("2/2") == 4
        assert "…" not in told

    def test_script(self) -> None:
        told = printed(sys.executable, EXAMPLES / "optimizers.py")
        for optimizer in ("sgd", "adam", "rmsprop", "lbfgs"):
            assert f"Eckerle4 with {optimizer}" in told

    def test_shell(self) -> None:
        told = printed("sh", EXAMPLES / "eckerle4.sh")
        assert "event: experiment.succeeded" in told
        assert '"predictions":[{"value":' in told

    @pytest.mark.filterwarnings("ignore::DeprecationWarning:zmq", "ignore::RuntimeWarning:zmq")
    def test_notebook(self) -> None:
        notebook = nbformat.read(EXAMPLES / "exercise-sheet.ipynb", as_version=4)
        assert not any(cell.get("outputs") for cell in notebook.cells), "clear its outputs"
        NotebookClient(notebook, timeout=180).execute()
        shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        assert sum(is_figure(output) for output in shown) == 5
        bars = [html for html in map(html_of, shown) if "<progress" in html]
        assert len(bars) == 3
        assert "✓ digits over learning rates" in bars[0]
        assert any("★" in html_of(output) for output in shown)


def html_of(output: Any) -> str:
    return str(output.get("data", {}).get("text/html", ""))


def is_figure(output: Any) -> bool:
    return "application/vnd.plotly.v1+json" in output.get("data", {})
