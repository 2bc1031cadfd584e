"""A keyed API and a worker as processes: what they log, and what a worker does not read."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx2
import pytest
from kombu import Connection
from redis import Redis

from fitserve_core.broker import QUEUES
from fitserve_core.keys import new_key
from support.brokers import OwnBroker
from support.keys import bearer
from support.ports import free_port
from support.postgresql import emptied
from support.waiting import until

BROKER_PASSWORD, STORE_PASSWORD = "br0ker-pa55word", "st0re-pa55word"


@dataclass(frozen=True)
class House:
    """An API and a worker, the broker between them, and what they log."""

    http: httpx2.Client
    key: str
    broker: OwnBroker
    broker_url: str
    logs: Path

    def logged(self) -> str:
        return "\n".join(file.read_text() for file in sorted(self.logs.iterdir()))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, postgresql: str) -> Iterator[House]:
    """All with passwords and keys, logging whatever they would."""
    folder = tmp_path_factory.mktemp("house")
    logs = folder / "logs"
    logs.mkdir()
    key, entry = new_key("root", "admin")
    port, broker_port = free_port(), free_port()
    broker = OwnBroker()
    broker.start()
    with Redis.from_url(broker.url) as connection:
        connection.config_set("port", broker_port)
        connection.config_set("requirepass", BROKER_PASSWORD)
    broker_url = f"redis://:{BROKER_PASSWORD}@127.0.0.1:{broker_port}/0"
    environment = {
        **os.environ,
        "FITSERVE_DATA": str(folder / "data"),
        "FITSERVE_PORT": str(port),
        "FITSERVE_API_KEYS": str(entry),
        "FITSERVE_LOG_LEVEL": "debug",
        "FITSERVE_SLOTS": "1",
        "FITSERVE_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "REDIS_URL": broker_url,
        "DATABASE_URL": emptied(postgresql).replace("postgres@", f"postgres:{STORE_PASSWORD}@"),
    }
    processes = []
    try:
        for name in ("fitserve_service.server", "fitserve_workers"):
            with (logs / name).open("wb") as log:
                command = [sys.executable, "-m", name]
                processes.append(_started(command, environment, log))
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
            yield House(http, key, broker, broker_url, logs)
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        broker.remove()


def _started(
    command: list[str], environment: dict[str, str], log: BinaryIO
) -> "subprocess.Popen[bytes]":
    # In a group of its own, with its slots: killed at once, since stopping is tried elsewhere.
    return subprocess.Popen(
        command, env=environment, stdout=log, stderr=log, start_new_session=True
    )


class _MakesFolder:
    """What makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._path),)


class TestWorker:
    def test_is_told_as_ready_and_reads_no_pickle(self, house: House, tmp_path: Path) -> None:
        until(lambda: _workers(house).startswith("ok: 1"), 60)
        folder = tmp_path / "made"
        pickle.loads(pickle.dumps(_MakesFolder(folder)))
        folder.rmdir()
        with Connection(house.broker_url) as connection, connection.Producer() as producer:
            producer.publish(
                pickle.dumps(((_MakesFolder(folder),), {}, {})),
                routing_key=QUEUES["auto"],
                content_type="application/x-python-serialize",
                content_encoding="binary",
                headers={"task": "runs.train", "id": "1", "lang": "py"},
            )
        until(lambda: "Refusing to deserialize" in house.logged())
        assert not folder.exists()
        assert _workers(house).startswith("ok: 1")


class TestLogs:
    def test_hold_no_secret(self, house: House) -> None:
        until(lambda: _workers(house).startswith("ok: 1"), 60)
        own = {"Sec-Fetch-Site": "same-origin"}
        wrong = "fs_wrong-key-of-somebody"
        assert house.http.get("/experiments", headers=bearer(wrong)).status_code == 401
        assert house.http.get(f"/experiments?key={wrong}").status_code == 401
        for key, status in ((wrong, 401), (house.key, 201)):
            answer = house.http.post("/session", json={"key": key}, headers=own)
            assert answer.status_code == status
        [cookie] = house.http.cookies.jar
        url = f"http://127.0.0.1:{free_port()}/"
        webhook = house.http.post("/webhooks", json={"url": url}, headers=own).json()
        house.http.post(f"/webhooks/{webhook['id']}/test", headers=own).raise_for_status()
        until(lambda: webhook["id"] in house.logged())
        house.broker.stop()
        until(lambda: _workers(house).startswith("unknown"))
        house.http.post("/experiments", json={"dataset": "eckerle4"}, headers=own)
        until(lambda: house.logged().count("broker does not answer") >= 1)
        until(lambda: "onnection to broker lost" in house.logged())
        logged = house.logged()
        secrets = [BROKER_PASSWORD, STORE_PASSWORD, wrong, house.key, webhook["secret"]]
        secrets += [webhook["secret"].removeprefix("whsec_"), str(cookie.value)]
        assert [secret for secret in secrets if secret in logged] == []
        assert '"path": "/session"' in logged
        assert ":**@127.0.0.1" in logged


def _workers(house: House) -> str:
    try:
        return str(house.http.get("/readyz").json()["parts"]["workers"])
    except httpx2.ConnectError:
        return "the API does not answer yet"
