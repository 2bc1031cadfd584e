"""Exports, read by the programs that they are for."""

import pytest
from mlflow.tracking import MlflowClient
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def test_tensorboard_reads_the_event_files(exported, metrics):
    top = exported("tensorboard")
    for run in metrics:
        [folder] = top.glob(f"cell-{run['cell']}/*-{run['run_id']}")
        events = EventAccumulator(str(folder)).Reload()
        read = events.Scalars("loss/training")
        assert [one.step for one in read] == [epoch["epoch"] for epoch in run["epochs"]]
        expected = [epoch["loss"] for epoch in run["epochs"]]
        assert [one.value for one in read] == pytest.approx(expected, rel=1e-6)
        [final] = events.Scalars("mse/test")
        assert final.value == pytest.approx(run["final"]["test_mse"], rel=1e-6)


def test_mlflow_reads_the_runs(exported, metrics, monkeypatch):
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    client = MlflowClient(tracking_uri=exported("mlflow").as_uri())
    [experiment] = client.search_experiments()
    assert experiment.name.startswith("Curve (exp_")
    found = {run.info.run_id: run for run in client.search_runs([experiment.experiment_id])}
    assert found.keys() == {run["run_id"] for run in metrics}
    for run in metrics:
        read = found[run["run_id"]]
        assert read.info.status == "FINISHED"
        assert read.data.params["dataset"] == "eckerle4"
        assert read.data.metrics["test_mse"] == run["final"]["test_mse"]
        history = client.get_metric_history(run["run_id"], "loss")
        assert [one.value for one in history] == [epoch["loss"] for epoch in run["epochs"]]
