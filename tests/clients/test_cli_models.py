"""`fitserve models`, and what else leaves a service through the command line."""

from importlib.metadata import version

import httpx2
import pytest

VERSION = {
    "name": "mnist", "version": 2, "experiment_id": "exp_1", "run_id": "run_1",
    "figure": "val_accuracy", "value": 0.97, "created_at": "2026-01-02T03:04:05Z",
    "labels": ["stable"],
}  # fmt: skip
MODEL = {key: value for key, value in VERSION.items() if key != "labels"} | {
    "dataset": "mnist", "task": "classification", "files": [], "example": {},
}  # fmt: skip


class TestModels:
    def test_ls(self, fitserve, service, answers):
        service.then(answers.ok({"data": [MODEL], "has_more": False}))
        assert "val_accuracy 0.9700" in fitserve("models", "ls").stdout

    def test_versions(self, fitserve, service, answers):
        service.then(answers.ok({"data": [VERSION], "has_more": False}))
        assert "stable" in fitserve("models", "versions", "mnist").stdout

    def test_versions_of_nothing(self, fitserve, service, answers):
        service.then(answers.ok({"data": [], "has_more": False}))
        assert "no model called nope was kept" in fitserve("models", "versions", "nope").stdout

    def test_label(self, fitserve, service, answers):
        service.then(answers.ok(VERSION))
        run = fitserve("models", "label", "mnist", "stable", "2")
        assert run.stdout == "mnist@stable is version 2, run_1\n"
        assert service.requests[0].url.path == "/models/mnist/labels/stable"

    def test_unlabel(self, fitserve, service):
        service.then(httpx2.Response(204))
        assert fitserve("models", "unlabel", "mnist", "stable").exit_code == 0
        assert service.requests[0].method == "DELETE"

    def test_download(self, fitserve, service, tmp_path):
        service.then(httpx2.Response(200, content=b"onnx bytes"))
        path = tmp_path / "digits.onnx"
        assert fitserve("models", "download", "mnist", str(path)).stdout == f"{path}\n"
        assert path.read_bytes() == b"onnx bytes"

    def test_download_of_no_such_form(self, fitserve, service):
        run = fitserve("models", "download", "mnist", "digits.h5", env={"COLUMNS": "200"})
        assert run.exit_code == 2
        assert "ends in .onnx or .keras; received 'digits.h5'" in run.stderr
        assert service.requests == []


class TestExport:
    def test_stores_a_file_and_says_where(self, fitserve, service, tmp_path):
        service.then(httpx2.Response(200, content=b"figures"))
        run = fitserve("export", "exp_1", "tensorboard", str(tmp_path))
        assert run.stdout == f"{tmp_path / 'exp_1-tensorboard.zip'}\n"


class TestVersion:
    def test_is_told(self, fitserve):
        run = fitserve("--version")
        assert (run.exit_code, run.stdout) == (0, f"fitserve {version('fitserve')}\n")


class TestCompletion:
    @pytest.mark.parametrize(
        ("typed", "found"), [("fitserve mod", "models"), ("fitserve exp", "export")]
    )
    def test_knows_the_commands(self, fitserve, typed, found):
        env = {"_FITSERVE_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": "1"}
        assert found in fitserve(env=env).stdout.split()
