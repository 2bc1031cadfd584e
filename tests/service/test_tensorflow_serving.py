"""TensorFlow Serving's REST API over kept models."""

import numpy as np
import pytest

from support.perceptrons import Digits, Line, keep
from support.serving import RunningService

PIXELS = np.random.default_rng(5).integers(0, 256, (2, 784)).astype(np.float32)


@pytest.fixture
def digits(service: RunningService) -> Digits:
    model = Digits()
    keep(service.store, service.artefacts, model)
    return model


class TestPredict:
    @pytest.mark.parametrize("path", ["mnist", "mnist/versions/1", "mnist/labels/latest"])
    def test_rows_are_answered_row_by_row(
        self, service: RunningService, digits: Digits, path: str
    ) -> None:
        body = {"instances": PIXELS.tolist()}
        answer = service.http.post(f"/v1/models/{path}:predict", json=body).json()
        np.testing.assert_allclose(answer["predictions"], digits.probabilities(PIXELS), atol=1e-6)

    def test_columns_are_answered_as_outputs(self, service: RunningService, digits: Digits) -> None:
        for inputs in (PIXELS.tolist(), {"inputs": PIXELS.reshape(2, 28, 28).tolist()}):
            answer = service.http.post("/v1/models/mnist:predict", json={"inputs": inputs}).json()
            np.testing.assert_allclose(answer["outputs"], digits.probabilities(PIXELS), atol=1e-6)

    def test_agrees_with_predict(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Line())
        [row] = service.http.post(
            "/v1/models/eckerle4:predict", json={"instances": [{"inputs": [451.5]}]}
        ).json()["predictions"]
        own = {"model": "eckerle4", "instances": [451.5]}
        [prediction] = service.http.post("/predict", json=own).json()["predictions"]
        assert row == [prediction["value"]]

    @pytest.mark.parametrize(
        ("path", "body", "status", "told"),
        [
            ("mnist:predict", {"instances": [[1, 2]]}, 400, "784 numbers"),
            ("mnist:predict", {"inputs": [[1, 2]]}, 400, "received [1, 2]"),
            ("mnist:predict", {"inputs": [["a"] * 784]}, 400, "expected numbers"),
            ("mnist:predict", {}, 400, "received neither"),
            ("mnist:predict", {"instances": [], "signature_name": "x"}, 404, "serving_default"),
            ("mnist/versions/9:predict", {"instances": []}, 404, "no version 9"),
            ("nothing:predict", {"instances": []}, 404, "nothing"),
        ],
    )
    @pytest.mark.usefixtures("digits")
    def test_refusals_are_one_text(
        self, service: RunningService, path: str, body: object, status: int, told: str
    ) -> None:
        answer = service.http.post(f"/v1/models/{path}", json=body)
        assert answer.status_code == status
        assert told in answer.json()["error"]


class TestStatus:
    def test_tells_every_version(self, service: RunningService) -> None:
        for seed in (1, 2):
            keep(service.store, service.artefacts, Digits(seed))
        told = service.http.get("/v1/models/mnist").json()["model_version_status"]
        assert [(one["version"], one["state"]) for one in told] == [
            ("2", "AVAILABLE"),
            ("1", "AVAILABLE"),
        ]
        [only] = service.http.get("/v1/models/mnist/labels/latest").json()["model_version_status"]
        assert only["version"] == "2"

    @pytest.mark.usefixtures("digits")
    def test_metadata_names_types_and_shapes(self, service: RunningService) -> None:
        found = service.http.get("/v1/models/mnist/versions/1/metadata").json()
        assert found["model_spec"]["version"] == "1"
        signature = found["metadata"]["signature_def"]["signature_def"]["serving_default"]
        [width] = signature["outputs"]["probabilities"]["tensor_shape"]["dim"][1:]
        assert width["size"] == "10"
