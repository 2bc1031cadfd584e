"""What survives a stopped service; what is killed is in chaos/."""

import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
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
    "training": {"learning_rates": [0.01], "batch_size": 8, "epochs": 8},
    "seed": 3,
}


@dataclass
class Restarted:
    """A service that was stopped in the midst of a training, and started again."""

    stack: Stack
    experiment: str
    stopped_within: float
    told_on: bytes


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


@pytest.fixture(scope="module")
def restarted(long_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    data = tmp_path_factory.mktemp("durable")
    (data / "datasets").symlink_to(long_folder / "datasets")
    settings = Settings(data=data, port=0, slots=1)
    with Stack(settings) as stack, Client(stack.url) as client:
        id_ = client.experiments.create(SLOW).id
        until(lambda: has_checkpoint(client, id_), 60)
        looking_on = followed(stack.url, id_)
        began = time.monotonic()
    stopped_within = time.monotonic() - began
    with Stack(settings) as stack:
        yield Restarted(stack, id_, stopped_within, rest_of(looking_on))


class TestStoppedService:
    def test_stops_soon_and_ends_event_streams(self, restarted: Restarted) -> None:
        assert restarted.stopped_within < 10
        assert restarted.told_on.endswith(b"0\r\n\r\n")

    def test_experiment_goes_on_at_the_next_start(self, restarted: Restarted) -> None:
        with Client(restarted.stack.url) as client:
            ended = client.experiments.wait(restarted.experiment, progress=False, timeout=90)
            [run] = client.experiments.metrics(ended.id).runs
            told = [event.type for event in client.experiments.stream(ended.id)]
        assert ended.status == "succeeded"
        assert run.attempt == 2
        assert [epoch.epoch for epoch in run.epochs] == list(range(1, 9))
        assert told.count("run.requeued") == 1


class TestMemory:
    def test_api_that_has_trained_and_predicted_is_small(self, restarted: Restarted) -> None:
        """Not of the shared service, which may have drawn figures: that loads Plotly."""
        with Client(restarted.stack.url) as client:
            experiment = client.experiments.create(dataset="eckerle4", repetitions=1)
            client.experiments.wait(experiment.id, progress=False)
            client.predict([451.5], model=experiment.id)
        [api] = [
            pid
            for pid in descendants(os.getpid())
            if "fitserve_service.server" in command(pid)
            and environment(pid)["FITSERVE_DATA"] == str(restarted.stack.data)
        ]
        assert resident_kilobytes(api) < 150 * 1024
