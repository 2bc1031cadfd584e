"""A client generated from the OpenAPI document, which trains, reads and predicts."""

import importlib
import subprocess
import sys
import time

import pytest


@pytest.fixture(scope="session")
def generated(url, tmp_path_factory):
    """The package that openapi-python-client writes; it must have nothing to complain of."""
    folder = tmp_path_factory.mktemp("generated")
    source = ["--url", f"{url}/openapi.json", "--config", write_config(folder)]
    target = ["--meta", "none", "--output-path", folder / "generated_fitserve"]
    told = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", *source, *target],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "arning" not in told.stdout + told.stderr, told.stdout + told.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module("generated_fitserve")
    sys.path.remove(str(folder))


def write_config(folder):
    """Leave out the formatters that it would call afterwards."""
    path = folder / "config.yaml"
    path.write_text("post_hooks: []\n")
    return path


@pytest.fixture
def models(generated):
    return importlib.import_module(f"{generated.__name__}.models")


@pytest.fixture
def call(generated, url):
    client = generated.AuthenticatedClient(base_url=url, token="none")

    def ask(area, operation, *args, **kwargs):
        module = importlib.import_module(f"generated_fitserve.api.{area}.{operation}")
        return module.sync(*args, client=client, **kwargs)

    return ask


def test_trains_reads_and_predicts(models, call):
    spec = {"dataset": "eckerle4", "repetitions": 2, "training": {"epochs": 60}}
    posted = call("experiments", "create_experiment", body=models.ExperimentSpec.from_dict(spec))
    assert isinstance(posted, models.Experiment)
    until = time.monotonic() + 60
    while (found := call("experiments", "get_experiment", posted.id)).status != "succeeded":
        assert time.monotonic() < until, found.status
        time.sleep(0.2)
    [cell] = call("experiments", "experiment_summary", posted.id).cells
    assert cell.figures["test_mse"].n == 2
    body = models.PredictBody.from_dict({"model": posted.id, "instances": [451.5]})
    [prediction] = call("predictions", "predict", body=body).predictions
    assert isinstance(prediction.value, float)


def test_refusals_are_typed(models, call):
    refused = call("experiments", "get_experiment", "exp_nobody")
    assert isinstance(refused, models.ErrorEnvelope)
    assert "exp_nobody" in refused.error.message
