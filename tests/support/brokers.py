"""A real broker on a Unix socket, started and stopped when a test wants it."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from redis import Redis

from fitserve_core.broker import QUEUES
from fitserve_core.devices import Device
from fitserve_service.stack.broker import broker_answers, broker_command
from support.waiting import until


class OwnBroker:
    """A broker whose files survive its stops; its folder is short, as sockets' paths must be."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="fs-"))
        self._running: subprocess.Popen[bytes] | None = None
        self.socket = self._folder / "broker.sock"
        self.url = f"unix://{self.socket}"

    def start(self) -> None:
        command = broker_command(self.socket, self._folder)
        self._running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(lambda: broker_answers(self.url))

    def stop(self) -> None:
        if self._running is not None:
            self._running.terminate()
            self._running.wait(10)
            self._running = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def hints(self, device: Device = "auto") -> int:
        """Return how many hints wait for workers that may train on a device."""
        with Redis.from_url(self.url) as connection:
            return int(connection.llen(QUEUES[device]))

    def lose_hints(self) -> None:
        with Redis.from_url(self.url) as connection:
            connection.delete(QUEUES["auto"])

    def messages(self) -> list[bytes]:
        with Redis.from_url(self.url) as connection:
            found: list[bytes] = connection.lrange(QUEUES["auto"], 0, -1)
            return found
