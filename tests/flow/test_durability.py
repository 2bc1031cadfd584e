"""What survives a stopped service; what is killed is in chaos/."""

import os
import socket
import time
from pathlib import Path

import pytest

from fitserve import Client
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


def has_checkpoint(client: Client, id_: str) -> bool:
    return any(run.epochs for run in client.experiments.metrics(id_).runs)


def followed(url: str, id_: str) -> socket.socket:
    """Return a connection that an experiment's events come on."""
    host, port = url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    head = f"GET /experiments/{id_}/events HTTP/1.1\r\nHost: {host}\r\n"
    connection.sendall(f"{head}Accept: text/event-stream\r\n\r\n".encode())
    assert connection.recv(12) == b"HTTP/1.1 200"
    return connection


def rest_of(connection: socket.socket) -> bytes:
    with connection:
        return b"".join(iter(lambda: connection.recv(65_536), b""))


class TestStoppedService:
    def test_experiment_goes_on_at_the_next_start(self, long_folder: Path, tmp_path: Path) -> None:
        (tmp_path / "datasets").symlink_to(long_folder / "datasets")
        settings = Settings(data=tmp_path, port=0, slots=1)
        with Stack(settings) as stack, Client(stack.url) as client:
            experiment = client.experiments.create(SLOW)
            until(lambda: has_checkpoint(client, experiment.id), 60)
            looking_on = followed(stack.url, experiment.id)
            began = time.monotonic()
        assert time.monotonic() - began < 10
        assert rest_of(looking_on).endswith(b"0\r\n\r\n")
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
