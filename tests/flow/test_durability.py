"""What survives a stop, or the end of an API process; chaos/ kills more. What a backup holds."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from fitserve import Client
from fitserve.cli.app import app
from fitserve_core.artefacts import Artefacts
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_service.stack import Stack
from support import stories
from support.processes import command, descendants, environment, resident_kilobytes
from support.waiting import until

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")

# Seen: 142 to 143 MiB.
LARGEST_API_KILOBYTES = 150 * 1024
SLOW = {
    "dataset": "mnist",
    "network": {"hidden_layers": [64]},
    "training": {"learning_rates": [0.01], "batch_size": 8, "epochs": 8},
    "seed": 3,
}


@dataclass
class Restarted:
    """A service that was backed up and stopped in the midst of a training, and started again."""

    stack: Stack
    experiment: str
    archive: Path
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


def run_command(name: str, archive: Path, data: Path) -> None:
    environment = {"FITSERVE_DATA": str(data), "DATABASE_URL": ""}
    done = CliRunner().invoke(app, [name, str(archive)], env=environment)
    assert done.exit_code == 0, done.output


def rest_of(connection: socket.socket) -> bytes:
    with connection:
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.fixture(scope="module")
def restarted(long_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    data = tmp_path_factory.mktemp("durable")
    (data / "datasets").symlink_to(long_folder / "datasets")
    settings = Settings(data=data, port=0, slots=1, api_processes=2)
    with Stack(settings) as stack, Client(stack.url) as client:
        id_ = client.experiments.create(SLOW).id
        until(lambda: has_checkpoint(client, id_), 120)
        archive = tmp_path_factory.mktemp("kept") / "backup.tar"
        run_command("backup", archive, data)
        looking_on = followed(stack.url, id_)
        began = time.monotonic()
    stopped_within = time.monotonic() - began
    with Stack(settings) as stack:
        yield Restarted(stack, id_, archive, stopped_within, rest_of(looking_on))


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


class TestBackupOfARunningService:
    def test_lets_its_run_go_on_elsewhere(self, restarted: Restarted, tmp_path: Path) -> None:
        run_command("restore", restarted.archive, tmp_path / "data")
        settings = Settings(data=tmp_path / "data", database_url=None)
        restored = Store(settings)
        taken = stories.take(restored)
        restored.close()
        assert (taken.experiment_id, taken.attempt) == (restarted.experiment, 2)
        assert taken.checkpoint is not None
        Artefacts(settings.artefacts).verified(taken.checkpoint.path, taken.checkpoint.sha256)


def apis(stack: Stack) -> list[int]:
    """The service's API processes."""
    return [
        pid
        for pid in descendants(os.getpid())
        if command(pid).split()[1:3] == ["-m", "fitserve_service.server"]
        and environment(pid)["FITSERVE_DATA"] == str(stack.data)
    ]


def answered(stack: Stack, path: str) -> float:
    """Return how many requests for a path were answered, by whichever process says so."""
    text = httpx2.get(f"{stack.url}/metrics", timeout=5).text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "fitserve_requests_total" and sample.labels["route"] == path
    )


def logged(stack: Stack, number: int, path: str) -> int:
    """Return how many of them one process answered, by its log."""
    lines = (stack.data / f"logs/api-{number}.log").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    assert {line["part"] for line in told} == {f"api-{number}"}
    return sum(line.get("path") == path for line in told)


class TestMemory:
    def test_api_that_has_trained_and_predicted_is_small(self, restarted: Restarted) -> None:
        """Not of the shared service, which may have drawn figures: that loads Plotly."""
        digit = np.zeros((1, 784), np.uint8)
        for _ in range(10):
            with Client(restarted.stack.url) as client:
                client.predict(digit, model=restarted.experiment)
        assert max(map(resident_kilobytes, apis(restarted.stack))) < LARGEST_API_KILOBYTES


class TestApiProcesses:
    def test_share_requests_and_tell_one_sum(self, restarted: Restarted) -> None:
        stack = restarted.stack
        for _ in range(30):
            httpx2.get(f"{stack.url}/limits", timeout=5).raise_for_status()
        assert {answered(stack, "/limits") for _ in range(10)} == {30}
        shares = [logged(stack, number, "/limits") for number in (1, 2)]
        assert sum(shares) == 30
        assert all(shares)

    def test_go_on_while_one_is_started_again(self, restarted: Restarted) -> None:
        stack = restarted.stack
        before = answered(stack, "/catalogue")
        killed, other = apis(stack)
        os.kill(killed, signal.SIGKILL)
        asked = 0
        while killed in (now := apis(stack)) or len(now) < 2 or asked < 30:
            # Each on a connection of its own: some come to the socket of the killed one.
            httpx2.get(f"{stack.url}/catalogue", timeout=5).raise_for_status()
            asked += 1
        assert other in now
        assert {answered(stack, "/catalogue") for _ in range(10)} == {before + asked}
