"""KServe's REST client: V1 is TensorFlow Serving's form, V2 the Open Inference Protocol."""

import asyncio

import numpy as np
import pytest
from kserve import InferInput, InferRequest
from kserve.inference_client import InferenceRESTClient, RESTConfig


def client(protocol):
    return InferenceRESTClient(RESTConfig(protocol=protocol, retries=1))


@pytest.mark.parametrize("binary", [True, False])
def test_v2_infers(url, predict, digits, binary):
    tensor = InferInput("inputs", [2, 784], "FP32")
    tensor.set_data_from_numpy(digits, binary_data=binary)
    request = InferRequest(model_name="mnist", infer_inputs=[tensor])
    answer = asyncio.run(client("v2").infer(url, request, model_name="mnist"))
    [output] = answer.outputs
    expected = [one["probabilities"] for one in predict("mnist", digits.tolist())]
    np.testing.assert_allclose(output.as_numpy(), expected, rtol=1e-6)


def test_v2_is_ready(url):
    assert asyncio.run(client("v2").is_server_live(url))
    assert asyncio.run(client("v2").is_server_ready(url))
    assert asyncio.run(client("v2").is_model_ready(url, "mnist"))


def test_v1_predicts(url, predict):
    answer = asyncio.run(
        client("v1").infer(url, {"instances": [[451.5], [440.0]]}, model_name="eckerle4")
    )
    expected = [[one["value"]] for one in predict("eckerle4", [451.5, 440.0])]
    np.testing.assert_allclose(answer["predictions"], expected, rtol=1e-6)
