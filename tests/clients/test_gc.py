import json

import pytest
from typer.testing import CliRunner

from fitserve.cli.app import app
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from support import stories


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
        assert found == {
            "removed": False,
            "bytes": 1_500_000,
            "files": [str(left)],
            "experiments": [],
        }
        assert left.exists()


class TestRetention:
    @pytest.fixture
    def ended(self, tmp_path):
        """The ids of two cancelled experiments; the older one has left a file."""
        store = Store.opened(Settings(data=tmp_path, database_url=None))
        ids = [stories.post(store).id for _ in range(2)]
        for id_ in ids:
            store.experiments.cancel(id_)
        file = tmp_path / f"artefacts/{ids[0]}/run/1/checkpoint.npz"
        file.parent.mkdir(parents=True)
        file.write_bytes(bytes(500_000))
        yield ids
        store.close()

    def test_deletes_experiments_with_their_files(self, gc, ended, tmp_path):
        assert json.loads(gc("--older-than", "1h", "--dry-run", "--json"))["experiments"] == []
        found = json.loads(gc("--keep", "1", "--dry-run", "--json"))
        assert found["experiments"] == ended[:1]
        assert gc("--keep", "1") == "removed 1 experiment, 0 files, 0.5 MB\n"
        assert list((tmp_path / "artefacts").iterdir()) == []
        assert json.loads(gc("--keep", "0", "--json"))["experiments"] == ended[1:]

    def test_refuses_an_age_in_other_words(self):
        told = CliRunner().invoke(app, ["gc", "--older-than", "a month"])
        assert told.exit_code == 1
        assert "such as 30d" in told.output
