"""The Open Inference Protocol over kept models: JSON, binary, classes, metadata, refusals."""

import json
import struct
from typing import Any

import httpx2
import numpy as np
import pytest

from support.perceptrons import Digits, Line, keep
from support.serving import RunningService

BINARY = {
    "name": "inputs",
    "datatype": "UINT8",
    "shape": [1, 784],
    "parameters": {"binary_data_size": 784},
}
PIXELS = np.random.default_rng(5).integers(0, 256, (2, 784)).astype(np.float32)


@pytest.fixture
def digits(service: RunningService) -> Digits:
    model = Digits()
    keep(service.store, service.artefacts, model)
    return model


def tensor(data: Any, shape: list[int], datatype: str = "FP32", **more: Any) -> dict[str, Any]:
    return {"name": "inputs", "datatype": datatype, "shape": shape, "data": data, **more}


def infer(service: RunningService, *inputs: Any, path: str = "mnist", **more: Any) -> Any:
    return service.http.post(f"/v2/models/{path}/infer", json={"inputs": [*inputs], **more})


def infer_binary(service: RunningService, request: dict[str, Any], content: bytes) -> Any:
    header = json.dumps(request).encode()
    length = {"Inference-Header-Content-Length": str(len(header))}
    return service.http.post("/v2/models/mnist/infer", content=header + content, headers=length)


def behind(answer: httpx2.Response) -> tuple[dict[str, Any], bytes]:
    length = int(answer.headers["Inference-Header-Content-Length"])
    return json.loads(answer.content[:length]), answer.content[length:]


class TestInfer:
    @pytest.mark.parametrize(
        "given",
        [
            tensor(PIXELS.tolist(), [2, 784]),
            tensor(PIXELS.ravel().tolist(), [2, 784]),
            tensor(PIXELS.astype(int).ravel().tolist(), [2, 28, 28], "UINT8"),
        ],
        ids=["nested", "flat", "images"],
    )
    def test_takes_json_nested_or_flat(
        self, service: RunningService, digits: Digits, given: Any
    ) -> None:
        for path in ("mnist", "mnist/versions/1"):
            answer = infer(service, given, path=path, id="7").json()
            assert (answer["id"], answer["model_version"]) == ("7", "1")
            [output] = answer["outputs"]
            assert (output["name"], output["datatype"]) == ("probabilities", "FP32")
            found = np.reshape(output["data"], output["shape"])
            np.testing.assert_allclose(found, digits.probabilities(PIXELS), atol=1e-6)

    @pytest.mark.parametrize("dtype", ["<f4", "<f8", "<u1", "<f2"])
    def test_takes_and_gives_bytes(
        self, service: RunningService, digits: Digits, dtype: str
    ) -> None:
        names = {"<f4": "FP32", "<f8": "FP64", "<u1": "UINT8", "<f2": "FP16"}
        content = PIXELS.astype(dtype).tobytes()
        given = {
            "name": "inputs",
            "datatype": names[dtype],
            "shape": [2, 784],
            "parameters": {"binary_data_size": len(content)},
        }
        request = {"inputs": [given], "parameters": {"binary_data_output": True}}
        told, raw = behind(infer_binary(service, request, content))
        [output] = told["outputs"]
        assert output["parameters"]["binary_data_size"] == len(raw)
        found = np.frombuffer(raw, "<f4").reshape(output["shape"])
        np.testing.assert_allclose(found, digits.probabilities(PIXELS), atol=1e-6)

    @pytest.mark.usefixtures("digits")
    def test_what_was_said_before_is_of_the_bytes_at_hand(self, service: RunningService) -> None:
        request = {"inputs": [BINARY], "parameters": {"binary_data_output": True}}
        for pixels in (PIXELS[0], PIXELS[1], PIXELS[0]):
            [output] = infer(service, tensor(pixels.tolist(), [1, 784])).json()["outputs"]
            for id_ in (None, "a", "b"):
                asked = request | ({} if id_ is None else {"id": id_})
                told, raw = behind(infer_binary(service, asked, pixels.astype("<u1").tobytes()))
                assert told.get("id") == id_
                assert np.frombuffer(raw, "<f4").tolist() == np.float32(output["data"]).tolist()
        assert infer_binary(service, request, bytes(783)).status_code == 400

    @pytest.mark.usefixtures("digits")
    def test_gives_classes_as_bytes(self, service: RunningService) -> None:
        wanted = {"name": "probabilities", "parameters": {"classification": 2}}
        as_bytes = {**wanted, "parameters": {"classification": 2, "binary_data": True}}
        given = tensor(PIXELS.tolist(), [2, 784])
        [output] = infer(service, given, outputs=[wanted]).json()["outputs"]
        _, raw = behind(infer(service, given, outputs=[as_bytes]))
        texts = [text.encode() for text in output["data"]]
        assert raw == b"".join(struct.pack("<I", len(text)) + text for text in texts)

    @pytest.mark.parametrize(
        ("outputs", "told"),
        [
            (7, "outputs must name the one output"),
            ([{"name": "probabilities"}] * 2, "outputs must name the one output"),
            ([{"name": "value"}], "the model's one output is probabilities; received the name"),
            ([{"parameters": {}}], "an output must have its name"),
            ([{"name": "probabilities", "parameters": {"classification": -1}}], "how many classes"),
            ([{"name": "probabilities", "parameters": 3}], "parameters must be an object"),
        ],
    )
    @pytest.mark.usefixtures("digits")
    def test_outputs_that_cannot_be_are_refused(
        self, service: RunningService, outputs: Any, told: str
    ) -> None:
        answer = infer(service, tensor(PIXELS.tolist(), [2, 784]), outputs=outputs)
        assert answer.status_code == 400
        assert told in answer.json()["error"]

    def test_names_the_most_probable_classes(self, service: RunningService, digits: Digits) -> None:
        wanted = {"name": "probabilities", "parameters": {"classification": 3}}
        [output] = infer(service, tensor(PIXELS.tolist(), [2, 784]), outputs=[wanted]).json()[
            "outputs"
        ]
        assert (output["datatype"], output["shape"]) == ("BYTES", [2, 3])
        best = np.argsort(-digits.probabilities(PIXELS), axis=1)[:, :3].ravel()
        told = [text.split(":") for text in output["data"]]
        assert [int(index) for _, index, _ in told] == best.tolist()
        assert all(index == label for _, index, label in told)

    def test_a_wavelength_needs_no_second_axis(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Line())
        flat = infer(service, tensor([451.5], [1]), path="eckerle4").json()
        column = infer(service, tensor([[451.5]], [1, 1]), path="eckerle4").json()
        assert flat == column

    def test_takes_no_more_rows_than_other_calls(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Line())
        answer = infer(service, tensor([450.0] * 10_001, [10_001]), path="eckerle4")
        assert "at most 10,000 instances" in answer.json()["error"]

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            (tensor([1, 2], [1, 784]), "784 numbers; received 2"),
            (tensor([1, 2], [1, 2]), "[n, 784] or [n, 28, 28]; received [1, 2]"),
            (tensor([300] * 784, [1, 784]), "from 0 (black) to 255"),
            (tensor([0.5] * 784, [1, 784]), "scaled already"),
            (tensor(["a"] * 784, [1, 784]), "expected numbers"),
            (tensor([True] * 784, [1, 784]), "expected numbers"),
            (tensor([0] * 784, [1, 784], "BYTES"), "datatype must be one of FP16"),
            (tensor([0] * 784, [1, -784]), "shape must be a list of at most 8 sizes"),
            (tensor([0] * 784, [1] * 7 + [28, 28]), "a list of at most 8 sizes; received 9"),
            (tensor([], [0, 784]), "at least one instance"),
            (tensor([0] * 784, [1, 784]) | {"name": "x"}, "the model's input is inputs"),
            ({"parameters": 3}, "the model's input is inputs"),
            (7, "the one tensor inputs"),
        ],
    )
    @pytest.mark.usefixtures("digits")
    def test_refusals_are_one_text(self, service: RunningService, given: Any, told: str) -> None:
        answer = infer(service, given)
        assert answer.status_code == 400
        assert told in answer.json()["error"]

    @pytest.mark.parametrize("length", ["x", "-1", "99999999", "2"])
    @pytest.mark.usefixtures("digits")
    def test_lengths_that_cannot_be_are_refused(self, service: RunningService, length: str) -> None:
        headers = {"Inference-Header-Content-Length": length}
        answer = service.http.post("/v2/models/mnist/infer", content=b"{} ", headers=headers)
        assert answer.status_code == 400

    @pytest.mark.parametrize("size", [0, 3, 3135, "3136", None])
    @pytest.mark.usefixtures("digits")
    def test_sizes_that_cannot_be_are_refused(self, service: RunningService, size: Any) -> None:
        given = {"name": "inputs", "datatype": "FP32", "shape": [1, 784]}
        request = {"inputs": [given | {"parameters": {"binary_data_size": size}}]}
        assert infer_binary(service, request, bytes(3136)).status_code == 400


class TestServer:
    def test_is_live_and_ready(self, service: RunningService) -> None:
        assert service.http.get("/v2/health/live").status_code == 200
        assert service.http.get("/v2/health/ready").json() == {"ready": True}
        assert "binary_tensor_data" in service.http.get("/v2").json()["extensions"]

    def test_index_has_every_version(self, service: RunningService) -> None:
        for seed in (1, 2):
            keep(service.store, service.artefacts, Digits(seed))
        found = service.http.post("/v2/repository/index", json={}).json()
        assert [(one["name"], one["version"], one["state"]) for one in found] == [
            ("mnist", "1", "READY"),
            ("mnist", "2", "READY"),
        ]

    @pytest.mark.usefixtures("digits")
    def test_metadata_names_types_and_shapes(self, service: RunningService) -> None:
        found = service.http.get("/v2/models/mnist/versions/1").json()
        assert found["versions"] == ["1"]
        assert found["inputs"] == [{"name": "inputs", "datatype": "FP32", "shape": [-1, 784]}]
        assert found["outputs"][0]["shape"] == [-1, 10]
        assert service.http.get("/v2/models/mnist/ready").status_code == 200

    def test_unknown_models_are_not_found(self, service: RunningService) -> None:
        answer = service.http.get("/v2/models/nothing")
        assert answer.status_code == 404
        assert isinstance(answer.json()["error"], str)
