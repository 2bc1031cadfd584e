"""NVIDIA's `tritonclient` against the Open Inference Protocol."""

from collections.abc import Iterator

import numpy as np
import pytest
from tritonclient.http import (
    InferenceServerClient,
    InferenceServerException,
    InferInput,
    InferRequestedOutput,
)


@pytest.fixture
def client(url: str) -> Iterator[InferenceServerClient]:
    with InferenceServerClient(url.removeprefix("http://")) as client:
        yield client


def given(rows, datatype="FP32", *, binary=True):
    tensor = InferInput("inputs", list(rows.shape), datatype)
    tensor.set_data_from_numpy(rows, binary_data=binary)
    return tensor


def test_server_and_models_are_ready(client):
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("mnist")
    assert client.is_model_ready("mnist", "1")
    assert not client.is_model_ready("nothing")


def test_metadata_and_index(client):
    assert "classification" in client.get_server_metadata()["extensions"]
    assert client.get_model_metadata("mnist")["outputs"][0]["shape"] == [-1, 10]
    index = client.get_model_repository_index()
    told = {(one["name"], one["version"], one["state"]) for one in index}
    assert told >= {("eckerle4", "1", "READY"), ("mnist", "1", "READY")}


@pytest.mark.parametrize("in_binary", [True, False])
@pytest.mark.parametrize("out_binary", [True, False])
def test_infers_in_both_forms(client, predict, digits, in_binary, out_binary):
    wanted = InferRequestedOutput("probabilities", binary_data=out_binary)
    answer = client.infer("mnist", [given(digits, binary=in_binary)], outputs=[wanted])
    expected = [one["probabilities"] for one in predict("mnist", digits.tolist())]
    np.testing.assert_allclose(answer.as_numpy("probabilities"), expected, rtol=1e-6)


def test_infers_without_naming_outputs(client, predict):
    rows = np.array([[451.5]], np.float32)
    answer = client.infer("eckerle4", [given(rows)], model_version="1", request_id="7")
    [expected] = predict("eckerle4@1", [451.5])
    assert answer.as_numpy("value").item() == pytest.approx(expected["value"], rel=1e-6)
    assert answer.get_response()["id"] == "7"


@pytest.mark.parametrize("out_binary", [True, False])
def test_classifies(client, predict, digits, out_binary):
    wanted = InferRequestedOutput("probabilities", binary_data=out_binary, class_count=2)
    answer = client.infer("mnist", [given(digits.astype(np.uint8), "UINT8")], outputs=[wanted])
    texts = answer.as_numpy("probabilities")
    best = [text.decode() if isinstance(text, bytes) else text for text in texts[:, 0]]
    labels = [one["label"] for one in predict("mnist", digits.tolist())]
    assert [int(text.split(":")[1]) for text in best] == labels


def test_errors_carry_the_services_words(client):
    with pytest.raises(InferenceServerException, match=r"\[n, 784\] or \[n, 28, 28\]"):
        client.infer("mnist", [given(np.zeros((1, 3), np.float32))])
    with pytest.raises(InferenceServerException, match="no version 9"):
        client.get_model_metadata("mnist", "9")
