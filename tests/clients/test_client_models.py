import httpx2
import numpy as np
import pytest

import fitserve

MODEL = {
    "object": "model",
    "name": "mnist",
    "run_id": "run_1",
    "experiment_id": "exp_1",
    "dataset": "mnist",
    "task": "classification",
    "figure": "val_accuracy",
    "value": 0.97,
    "created_at": "2026-01-02T03:04:05Z",
    "files": [{"kind": "onnx", "sha256": "ab", "bytes": 3}],
    "example": {"model": "mnist", "instances": []},
}


class TestModels:
    def test_list(self, client, service, answers):
        service.then(answers.ok({"object": "list", "data": [MODEL], "has_more": False}))
        assert [model.name for model in client.models.list()] == ["mnist"]

    def test_retrieve(self, client, service, answers):
        service.then(answers.ok(MODEL))
        assert client.models.retrieve("mnist").files[0].sha256 == "ab"
        assert service.requests[0].url.path == "/models/mnist"

    def test_knows_its_target(self, client, service, answers):
        binary = {"name": "mnist-is-3", "target": {"is": [3]}, "task": "binary_classification"}
        service.then(answers.ok(MODEL | binary))
        model = client.models.retrieve("mnist-is-3")
        assert model.target.digits == [3]
        assert service.requests[0].url.path == "/models/mnist-is-3"


VERSION = {
    "object": "model_version",
    "name": "mnist",
    "version": 2,
    "experiment_id": "exp_1",
    "run_id": "run_1",
    "figure": "val_accuracy",
    "value": 0.97,
    "created_at": "2026-01-02T03:04:05Z",
    "labels": ["stable"],
}


class TestVersions:
    def test_list(self, client, service, answers):
        service.then(answers.ok({"object": "list", "data": [VERSION], "has_more": False}))
        [version] = client.models.versions("mnist")
        assert (version.version, version.labels) == (2, ["stable"])
        assert service.requests[0].url.path == "/models/mnist/versions"

    def test_a_label_is_set(self, client, service, answers):
        service.then(answers.ok(VERSION))
        assert client.models.set_label("mnist", "stable", 2).run_id == "run_1"
        request = service.requests[0]
        assert (request.method, request.url.path) == ("PUT", "/models/mnist/labels/stable")
        assert service.bodies == [{"version": 2}]

    def test_a_label_is_taken_away(self, client, service):
        service.then(httpx2.Response(204))
        assert client.models.remove_label("mnist", "stable") is None
        request = service.requests[0]
        assert (request.method, request.url.path) == ("DELETE", "/models/mnist/labels/stable")

    def test_a_version_that_is_not_there(self, client, service, answers):
        service.then(answers.error(404, "model mnist has no version 9; it has 1, 2"))
        with pytest.raises(fitserve.NotFound, match="it has 1, 2"):
            client.models.set_label("mnist", "stable", 9)


class TestDownload:
    def test_to_a_file(self, client, service, tmp_path):
        service.then(httpx2.Response(200, content=b"onnx bytes"))
        target = tmp_path / "digits.onnx"
        target.write_bytes(b"older and longer than the new one")
        assert client.models.download("mnist", "onnx", target) == target
        assert target.read_bytes() == b"onnx bytes"
        assert list(tmp_path.iterdir()) == [target]
        assert str(service.requests[0].url) == "http://service/models/mnist/file?format=onnx"

    def test_into_a_folder(self, client, service, tmp_path):
        service.then(httpx2.Response(200, content=b"keras bytes"))
        stored = client.models.download("mnist", "keras", str(tmp_path))
        assert stored == tmp_path / "mnist.keras"
        assert stored.read_bytes() == b"keras bytes"

    def test_refusal_leaves_nothing_behind(self, client, service, answers, tmp_path):
        service.then(answers.error(404, "nothing is called nope"))
        with pytest.raises(fitserve.NotFound, match="nope"):
            client.models.download("nope", "onnx", tmp_path)
        assert list(tmp_path.iterdir()) == []


class TestPredict:
    @pytest.mark.parametrize(
        ("instances", "sent"),
        [
            ([450.0, 451], [450.0, 451]),
            ((450.0,), [450.0]),
            (np.array([450.0, 451.0]), [450.0, 451.0]),
            ([np.float32(450.0), np.int64(3)], [450.0, 3]),
            (np.zeros((1, 2, 2), np.uint8), [[[0, 0], [0, 0]]]),
            ([np.array([0.5, 1.0])], [[0.5, 1.0]]),
            ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
            ([b"\x89PNG"], [{"b64": "iVBORw=="}]),
            ([{"b64": "iVBORw=="}], [{"b64": "iVBORw=="}]),
        ],
    )
    def test_sends_a_batch(self, client, service, answers, instances, sent):
        service.then(answers.ok({"model": "m", "run_id": "run_1", "predictions": []}))
        client.predict(instances, model="m")
        assert service.bodies == [{"model": "m", "instances": sent}]

    def test_returns_one_answer_an_instance(self, client, service, answers):
        found = [
            {"label": 7, "probabilities": [0.1, 0.9]},
            {"value": 0.345},
            {"positive": False, "probability": 0.25},
        ]
        service.then(answers.ok({"model": "m", "run_id": "run_1", "predictions": found}))
        digit, value, no = client.predict([1.0, 2.0, 3.0], model="m").predictions
        assert (digit.label, digit.value) == (7, None)
        assert (value.label, value.value) == (None, 0.345)
        assert (no.positive, no.probability, no.label) == (False, 0.25, None)

    def test_no_model_yet(self, client, service, answers):
        service.then(answers.error(409, "exp_1 is running; wait for it to end"))
        with pytest.raises(fitserve.Conflict, match="wait for it to end"):
            client.predict([450.0], model="exp_1")


class TestHealth:
    def test_well(self, client, service, answers):
        service.then(answers.ok({"status": "ok", "parts": {"store": "ok"}}))
        assert client.health().status == "ok"
        assert service.requests[0].url.path == "/readyz"

    def test_unwell_is_an_answer_and_comes_at_once(self, client, service, answers, fake_time):
        service.then(answers.ok({"status": "unavailable", "parts": {"store": "gone"}}, 503))
        health = client.health()
        assert (health.status, health.parts) == ("unavailable", {"store": "gone"})
        assert fake_time.slept == []

    @pytest.mark.parametrize("status", [503, 401])
    def test_refusal_is_an_error(self, client, service, answers, status):
        service.then(answers.error(status, "not today"))
        with pytest.raises(fitserve.APIStatusError, match="not today"):
            client.health()

    def test_nobody_there(self, client, service):
        service.then(httpx2.ConnectError("refused"))
        with pytest.raises(fitserve.APIConnectionError):
            client.health()
