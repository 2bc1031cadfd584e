"""Digits, from a posted spec to predictions by the kept model."""

import base64
import io
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from fitserve import Client
from fitserve_core.datasets.mnist import raw_test_digits
from fitserve_core.results import Experiment

SPEC = {
    "name": "a small network",
    "dataset": "mnist",
    "network": {"hidden_layers": [32]},
    "training": {"learning_rates": [0.05], "batch_size": 32, "epochs": 2},
    "seed": 7,
}


@pytest.fixture(scope="module")
def experiment(stack: object) -> Experiment:
    with Client(stack.url) as client:  # type: ignore[attr-defined]
        return client.experiments.wait(client.experiments.create(SPEC).id, progress=False)


class TestTraining:
    def test_succeeds_and_keeps_its_model(self, client: Client, experiment: Experiment) -> None:
        assert experiment.status == "succeeded"
        assert experiment.kept_model is not None
        assert experiment.progress.fraction == 1.0
        [run] = client.experiments.metrics(experiment.id).runs
        assert run.verdict is not None
        assert run.verdict.name == "trained"
        assert [epoch.epoch for epoch in run.epochs] == [1, 2]
        assert run.final is not None
        assert run.final["test_accuracy"] == pytest.approx(0.94, abs=0.03)

    def test_same_spec_gives_the_same_weights(self, client: Client, experiment: Experiment) -> None:
        again = client.experiments.wait(client.experiments.create(SPEC).id, progress=False)
        runs = [client.experiments.metrics(e.id).runs[0] for e in (experiment, again)]
        weights = [{f.kind: f.sha256 for f in run.artefacts}["weights"] for run in runs]
        assert weights[0] == weights[1]
        assert runs[0].final == runs[1].final


class TestServing:
    def test_downloaded_model_gives_the_reported_test_figures(
        self, client: Client, experiment: Experiment, long_folder: Path, tmp_path: Path
    ) -> None:
        path = client.models.download(experiment.id, "onnx", tmp_path / "model.onnx")
        images, labels = raw_test_digits(long_folder)
        session = onnxruntime.InferenceSession(path)
        pixels = images.reshape(-1, 784).astype(np.float32)
        [logits] = session.run(["logits"], {"inputs": pixels})
        accuracy = float(np.mean(logits.argmax(axis=1) == labels))
        shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
        log_likelihood = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        loss = -log_likelihood[np.arange(len(labels)), labels].mean()
        final = client.experiments.metrics(experiment.id).runs[0].final
        assert final is not None
        assert final["test_accuracy"] == pytest.approx(accuracy, abs=1e-12)
        assert final["test_loss"] == pytest.approx(loss, abs=1e-4)

    def test_array_rows_and_image_get_the_same_answer(
        self, client: Client, experiment: Experiment, long_folder: Path
    ) -> None:
        image = raw_test_digits(long_folder)[0][0]
        png = io.BytesIO()
        Image.fromarray(image).save(png, "PNG")
        forms = [image, image.ravel().tolist(), png.getvalue()]
        encoded = {"b64": base64.b64encode(png.getvalue()).decode()}
        answer = client.predict([*forms, encoded], model=experiment.id).predictions
        assert [prediction.label for prediction in answer] == [7, 7, 7, 7]
        assert len({tuple(prediction.probabilities or ()) for prediction in answer}) == 1

    def test_keras_file_opens_in_keras(
        self, client: Client, experiment: Experiment, long_folder: Path, tmp_path: Path
    ) -> None:
        keras = pytest.importorskip("keras")
        path = client.models.download(experiment.id, "keras", tmp_path / "model.keras")
        images, _ = raw_test_digits(long_folder)
        model = keras.models.load_model(path)
        logits = np.asarray(model(images[:10].reshape(-1, 784).astype(np.float32) / 255))
        answer = client.predict(images[:10], model=experiment.id).predictions
        assert logits.argmax(axis=1).tolist() == [prediction.label for prediction in answer]
