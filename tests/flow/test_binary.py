"""A yes-or-no question about digits, from a posted spec to the kept model's answers."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from fitserve import Client, Conflict
from fitserve_core.datasets.mnist import raw_test_digits
from fitserve_core.results import Experiment

NAME = "mnist-is-3"
SPEC = {
    "dataset": "mnist",
    "target": {"is": [3]},
    "network": {"hidden_layers": [16]},
    "training": {"learning_rates": [0.1], "batch_size": 32, "epochs": 1},
    "seed": 7,
}


@pytest.fixture(scope="module")
def experiment(stack: object) -> Experiment:
    with Client(stack.url) as client:  # type: ignore[attr-defined]
        return client.experiments.wait(client.experiments.create(SPEC).id, progress=False)


class TestTraining:
    def test_beats_the_share_of_the_other_digits(
        self, client: Client, experiment: Experiment
    ) -> None:
        [run] = client.experiments.metrics(experiment.id).runs
        assert experiment.status == "succeeded"
        assert run.verdict is not None
        assert run.verdict.name == "trained"
        assert run.final is not None
        accuracy = run.final["test_accuracy"]
        assert accuracy is not None
        assert accuracy > 0.95  # 0.899 of the test digits are no 3

    def test_is_kept_by_its_validation_accuracy(
        self, client: Client, experiment: Experiment
    ) -> None:
        assert experiment.kept_model is not None
        assert experiment.kept_model.figure == "val_accuracy"
        assert client.experiments.summary(experiment.id).deciding_figure == "val_accuracy"


class TestServing:
    def test_answers_yes_for_threes_by_its_own_name(
        self, client: Client, experiment: Experiment, long_folder: Path
    ) -> None:
        images, labels = raw_test_digits(long_folder)
        answer = client.predict(images[:500], model=NAME)
        assert experiment.kept_model is not None
        assert answer.run_id == experiment.kept_model.run_id
        positive = np.array([one.positive for one in answer.predictions])
        probability = np.array([one.probability for one in answer.predictions])
        assert np.mean(positive == (labels[:500] == 3)) > 0.95
        np.testing.assert_array_equal(positive, probability > 0.5)

    @pytest.mark.usefixtures("experiment")
    def test_is_listed_under_its_own_name_alone(self, client: Client) -> None:
        listed = {model.name: model for model in client.models.list()}
        assert listed[NAME].task == "binary_classification"
        assert listed[NAME].target is not None
        assert listed[NAME].target.digits == [3]
        with pytest.raises(Conflict, match="no model 'mnist-is-4' is kept yet"):
            client.models.retrieve("mnist-is-4")

    def test_downloaded_model_gives_the_reported_test_figures(
        self, client: Client, experiment: Experiment, long_folder: Path, tmp_path: Path
    ) -> None:
        path = client.models.download(experiment.id, "onnx", tmp_path / "model.onnx")
        images, labels = raw_test_digits(long_folder)
        pixels = images.reshape(-1, 784).astype(np.float32)
        session = onnxruntime.InferenceSession(path)
        [logits] = session.run(["logits"], {"inputs": pixels})
        given, positive = logits[:, 0].astype(np.float64), labels == 3
        loss = np.mean(np.logaddexp(0, np.where(positive, -given, given)))
        final = client.experiments.metrics(experiment.id).runs[0].final
        assert final is not None
        assert final["test_accuracy"] == pytest.approx(np.mean((given > 0) == positive), abs=1e-12)
        assert final["test_loss"] == pytest.approx(loss, abs=1e-4)
