import json

import pytest
from typer.testing import CliRunner

from fitserve.cli.app import app


@pytest.fixture
def gc(tmp_path):
    def run(*options):
        settled = {"FITSERVE_DATA": str(tmp_path), "DATABASE_URL": ""}
        told = CliRunner().invoke(app, ["gc", *options], env=settled)
        assert told.exit_code == 0, told.output
        return told.stdout

    return run


@pytest.fixture
def left(tmp_path):
    file = tmp_path / "artefacts/exp_gone/run_gone/1/model.onnx"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(1_500_000))
    return file


class TestGc:
    def test_removes_and_tells_how_much(self, gc, left):
        assert gc() == "removed 1 file, 1.5 MB\n"
        assert not left.exists()
        assert gc() == "removed 0 files, 0.0 MB\n"

    def test_dry_run_only_lists(self, gc, left):
        assert str(left) in gc("--dry-run")
        found = json.loads(gc("--dry-run", "--json"))
        assert found == {"removed": False, "bytes": 1_500_000, "files": [str(left)]}
        assert left.exists()
