"""What survives: a killed slot, a stopped service, a cancelled experiment."""

import os
import signal
from pathlib import Path

import pytest

from fitserve import Client
from fitserve_core.results import Metrics
from fitserve_core.settings import Settings
from fitserve_service.stack import Stack
from support.processes import command, descendants, environment, resident_kilobytes
from support.waiting import until

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")

SLOW = {
    "dataset": "mnist",
    "network": {"hidden_layers": [64]},
    "training": {"learning_rates": [0.01], "batch_size": 8, "epochs": 30},
    "seed": 3,
}


def weights(metrics: Metrics) -> str:
    [run] = metrics.runs
    return {file.kind: file.sha256 for file in run.artefacts}["weights"]


def has_checkpoint(client: Client, id_: str) -> bool:
    return any(run.epochs for run in client.experiments.metrics(id_).runs)


def slots() -> list[int]:
    """Worker processes below the Celery parent."""
    workers = [pid for pid in descendants(os.getpid()) if "-m fitserve_workers " in command(pid)]
    return [pid for pid in workers if not descendants(pid)]


class TestKilledSlot:
    def test_run_goes_on_and_ends_with_the_very_figures(self, client: Client) -> None:
        undisturbed = client.experiments.wait(client.experiments.create(SLOW).id, progress=False)
        disturbed = client.experiments.create(SLOW)
        until(lambda: has_checkpoint(client, disturbed.id), 60)
        for slot in slots():
            os.kill(slot, signal.SIGKILL)
        client.experiments.wait(disturbed.id, progress=False, timeout=90)
        first, second = (client.experiments.metrics(e.id) for e in (undisturbed, disturbed))
        assert second.runs[0].attempt == 2
        assert [epoch.epoch for epoch in second.runs[0].epochs] == list(range(1, 31))
        assert weights(first) == weights(second)
        assert first.runs[0].final == second.runs[0].final


class TestCancel:
    def test_running_experiment_ends_and_frees_its_slot(self, client: Client) -> None:
        long = client.experiments.create(
            {**SLOW, "training": {**SLOW["training"], "epochs": 10_000}, "repetitions": 2}
        )
        until(lambda: client.experiments.retrieve(long.id).runs.running == 2, 60)
        cancelled = client.experiments.cancel(long.id)
        assert (cancelled.status, cancelled.runs.cancelled) == ("cancelled", 2)
        after = client.experiments.create(dataset="eckerle4", repetitions=1)
        assert client.experiments.wait(after.id, progress=False, timeout=60).status == "succeeded"


class TestStoppedService:
    def test_experiment_goes_on_at_the_next_start(self, long_folder: Path, tmp_path: Path) -> None:
        (tmp_path / "datasets").symlink_to(long_folder / "datasets")
        settings = Settings(data=tmp_path, port=0, slots=1)
        with Stack(settings) as stack, Client(stack.url) as client:
            experiment = client.experiments.create(SLOW)
            until(lambda: has_checkpoint(client, experiment.id), 60)
        with Stack(settings) as stack, Client(stack.url) as client:
            ended = client.experiments.wait(experiment.id, progress=False, timeout=90)
            [run] = client.experiments.metrics(experiment.id).runs
            told = [event.type for event in client.experiments.stream(experiment.id)]
        assert ended.status == "succeeded"
        assert run.attempt == 2
        assert [epoch.epoch for epoch in run.epochs] == list(range(1, 31))
        assert told.count("run.requeued") == 1


class TestMemory:
    def test_api_that_has_trained_and_predicted_is_small(self, tmp_path: Path) -> None:
        """A service of its own: the shared one may have drawn figures, which loads Plotly."""
        settings = Settings(data=tmp_path, port=0, slots=1)
        with Stack(settings) as stack, Client(stack.url) as client:
            experiment = client.experiments.create(dataset="eckerle4", repetitions=1)
            client.experiments.wait(experiment.id, progress=False)
            client.predict([451.5], model=experiment.id)
            [api] = [
                pid
                for pid in descendants(os.getpid())
                if "fitserve_service.server" in command(pid)
                and environment(pid)["FITSERVE_DATA"] == str(stack.data)
            ]
            assert resident_kilobytes(api) < 150 * 1024
