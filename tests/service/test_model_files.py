"""GET /models…: what is kept, an example that works, and the files themselves."""

import hashlib

import numpy as np
import onnxruntime
import pytest

from support import stories
from support.perceptrons import Digits, IsDigit, Line, keep
from support.refusals import refusal
from support.serving import RunningService


class TestList:
    def test_is_empty_before_the_first(self, service: RunningService) -> None:
        answer = service.http.get("/models").json()
        assert answer == {"object": "list", "data": [], "has_more": False}

    def test_has_a_data_sets_best_model_with_an_example_that_works(
        self, service: RunningService
    ) -> None:
        best = keep(service.store, service.artefacts, Digits(1), val_accuracy=0.95)
        keep(service.store, service.artefacts, Digits(2), val_accuracy=0.91)
        line = keep(service.store, service.artefacts, Line())
        three = keep(service.store, service.artefacts, IsDigit((3,)), val_accuracy=0.99)
        models = service.http.get("/models").json()["data"]
        assert [(m["name"], m["run_id"], m["experiment_id"]) for m in models] == [
            ("eckerle4", line.run_id, line.experiment.id),
            ("mnist", best.run_id, best.experiment.id),
            ("mnist-is-3", three.run_id, three.experiment.id),
        ]
        assert [(m["dataset"], m["target"]) for m in models] == [
            ("eckerle4", None),
            ("mnist", None),
            ("mnist", {"is": [3]}),
        ]
        assert [(m["task"], m["figure"], m["value"]) for m in models] == [
            ("regression", "mse", 0.002),
            ("classification", "val_accuracy", 0.95),
            ("binary_classification", "val_accuracy", 0.99),
        ]
        for model in models:
            answer = service.http.post("/predict", json=model["example"])
            assert answer.status_code == 200
            assert answer.json()["run_id"] == model["run_id"]


class TestGet:
    def test_finds_a_model_by_every_name(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        for name in ("mnist", kept.experiment.id, kept.run_id):
            model = service.http.get(f"/models/{name}").json()
            assert (model["name"], model["run_id"]) == (name, kept.run_id)
            assert service.http.post("/predict", json=model["example"]).status_code == 200
            sha256 = hashlib.sha256(kept.file.read_bytes()).hexdigest()
            size = kept.file.stat().st_size
            assert model["files"] == [{"kind": "onnx", "sha256": sha256, "bytes": size}]

    def test_unknown_name_is_not_found(self, shared_service: RunningService) -> None:
        error = refusal(shared_service.http.get("/models/cifar"), 404)
        assert (error["param"], error["received"]) == ("model", "cifar")

    def test_name_without_a_model_is_a_conflict(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        for name in ("mnist", experiment.id):
            assert "wait" in refusal(service.http.get(f"/models/{name}"), 409)["message"]


class TestDownload:
    def test_gives_the_files_own_bytes(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        answer = service.http.get("/models/mnist/file")
        assert answer.content == kept.file.read_bytes()
        assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
        assert f"{kept.run_id}.onnx" in answer.headers["content-disposition"]

    def test_answers_as_the_service_does(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        pixels = np.random.default_rng(3).integers(0, 256, (1, 784))
        content = service.http.get(f"/models/{kept.run_id}/file?format=onnx").content
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        (own,) = session.run(["probabilities"], {"inputs": pixels.astype(np.float32)})
        body = {"model": kept.run_id, "instances": pixels.tolist()}
        served = service.http.post("/predict", json=body).json()["predictions"][0]
        np.testing.assert_allclose(served["probabilities"], own[0], atol=1e-6)

    def test_can_go_on_after_a_break(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Line())
        whole = kept.file.read_bytes()
        answer = service.http.get("/models/eckerle4/file", headers={"Range": "bytes=100-"})
        assert (answer.status_code, answer.content) == (206, whole[100:])

    def test_refuses_what_is_not_there(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        waiting = stories.post(service.store)
        paths = {
            "/models/cifar/file": 404,
            "/models/mnist/file?format=keras": 404,
            "/models/mnist/file?format=pickle": 422,
            f"/models/{waiting.id}/file": 409,
        }
        for path, status in paths.items():
            refusal(service.http.get(path), status)
        Digits(2).write(kept.file)
        refusal(service.http.get("/models/mnist/file"), 503)

    @pytest.mark.parametrize("name", ["..", "..%2f..%2fetc%2fpasswd", "%2e%2e"])
    def test_names_are_no_paths(self, shared_service: RunningService, name: str) -> None:
        refusal(shared_service.http.get(f"/models/{name}/file"), 404)
