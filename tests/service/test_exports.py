"""GET /experiments/{id}/export: what other programs read. With the real ones: make test-interop."""

import io
import zipfile
from pathlib import Path

import pytest
import yaml

from fitserve_core.results import Experiment
from support import stories
from support.refusals import refusal
from support.serving import RunningService
from support.waiting import until


@pytest.fixture
def experiment(service: RunningService) -> Experiment:
    posted = stories.post(service.store, repetitions=2)
    stories.train(service.store)
    stories.take(service.store)
    return posted


def unpacked(service: RunningService, experiment: Experiment, form: str, folder: Path) -> Path:
    answer = service.http.get(f"/experiments/{experiment.id}/export", params={"format": form})
    assert answer.headers["content-type"] == "application/zip"
    assert f"{experiment.id}-{form}.zip" in answer.headers["content-disposition"]
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(folder)
    [top] = folder.iterdir()
    return top


class TestExport:
    def test_csv_is_the_metrics(self, service: RunningService, experiment: Experiment) -> None:
        path = f"/experiments/{experiment.id}"
        answer = service.http.get(f"{path}/export", params={"format": "csv"})
        csv, named = answer.text, answer.headers["content-disposition"]
        assert named == f'attachment; filename="{experiment.id}.csv"'
        assert csv == service.http.get(f"{path}/metrics", params={"format": "csv"}).text
        assert csv.count("\n") == 4

    def test_tensorboard_has_a_folder_a_run(
        self, service: RunningService, experiment: Experiment, tmp_path: Path
    ) -> None:
        top = unpacked(service, experiment, "tensorboard", tmp_path / "out")
        folders = sorted(file.parent.name.split("-run_")[0] for file in top.rglob("events.*"))
        assert folders == ["repetition-1", "repetition-2"]

    def test_mlflow_has_metrics_parameters_and_tags(
        self, service: RunningService, experiment: Experiment, tmp_path: Path
    ) -> None:
        [place] = unpacked(service, experiment, "mlflow", tmp_path / "out").iterdir()
        about = yaml.safe_load((place / "meta.yaml").read_text())
        assert about["experiment_id"] == place.name
        runs = [yaml.safe_load(meta.read_text()) for meta in place.glob("run_*/meta.yaml")]
        assert sorted(run["status"] for run in runs) == [1, 3]
        [finished] = [run["run_id"] for run in runs if run["status"] == 3]
        lines = (place / finished / "metrics" / "loss").read_text().splitlines()
        assert [line.split(" ")[1:] for line in lines] == [
            ["1.0", "1"],
            ["0.5", "2"],
            [str(1 / 3), "3"],
        ]
        assert (place / finished / "params" / "learning_rate").read_text() == "0.1"
        assert (place / finished / "tags" / "verdict").read_text() == "trained"

    def test_leaves_nothing_behind(
        self,
        service: RunningService,
        experiment: Experiment,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(scratch))
        path = f"/experiments/{experiment.id}/export"
        for form in ("tensorboard", "mlflow"):
            assert service.http.get(path, params={"format": form}).status_code == 200
        until(lambda: not list(scratch.iterdir()))

    def test_unknown_forms_and_experiments_are_refused(
        self, service: RunningService, experiment: Experiment
    ) -> None:
        path = f"/experiments/{experiment.id}/export"
        assert (
            "tensorboard" in refusal(service.http.get(path, params={"format": "x"}), 422)["message"]
        )
        refusal(service.http.get("/experiments/exp_no/export", params={"format": "csv"}), 404)
