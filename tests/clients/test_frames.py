import numpy as np
import pytest

import fitserve


def run(run_id, losses, **fields):
    epochs = [
        {"epoch": place + 1, "loss": loss, "seconds": 0.5} for place, loss in enumerate(losses)
    ]
    known = {
        "run_id": run_id, "cell": 0, "config": {"learning_rate": 0.1}, "repetition": 0, "seed": 7,
        "status": "succeeded", "attempt": 1, "epochs": epochs,
    }  # fmt: skip
    return known | fields


@pytest.fixture
def metrics(client, service, answers):
    runs = [
        run("run_a", [0.5, 0.25, 0.125]),
        run("run_b", [0.75], cell=1, config={"hidden_layers": [8, 4]}),
    ]
    service.then(answers.ok({"experiment_id": "exp_1", "runs": runs}))
    return client.experiments.metrics("exp_1")


class TestToNumpy:
    def test_is_runs_by_epochs_with_a_field_for_each_figure(self, metrics):
        array = metrics.to_numpy()
        assert array.shape == (2, 3)
        assert set(array.dtype.names) == {"loss", "seconds"}
        np.testing.assert_array_equal(array["loss"], [[0.5, 0.25, 0.125], [0.75, np.nan, np.nan]])

    def test_of_no_runs_is_empty(self, client, service, answers):
        service.then(answers.ok({"experiment_id": "exp_1", "runs": []}))
        assert client.experiments.metrics("exp_1").to_numpy().shape == (0, 0)


class TestToPandas:
    def test_has_a_row_for_each_run_and_epoch(self, metrics):
        frame = metrics.to_pandas()
        assert frame.loss.tolist() == [0.5, 0.25, 0.125, 0.75]
        assert frame.epoch.tolist() == [1, 2, 3, 1]
        assert frame.groupby("run_id").loss.min().to_dict() == {"run_a": 0.125, "run_b": 0.75}
        assert frame["config.hidden_layers"].tolist()[-1] == "[8, 4]"

    def test_says_what_to_install(self, metrics, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "pandas", None)
        with pytest.raises(fitserve.FitserveError, match=r"fitserve\[notebook\]"):
            metrics.to_pandas()
