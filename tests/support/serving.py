"""The service as it runs, on a real socket, in a thread of the test's own process."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2

from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_service.dependencies import Services
from fitserve_service.server import Server, build_server
from support.waiting import until


class ServiceThread(threading.Thread):
    """A server that is told to stop as a signal would tell it; threads get no signals."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="service")
        self.server: Server = build_server(settings)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> None:
        with asyncio.Runner(loop_factory=self.server.config.get_loop_factory()) as runner:
            self._loop = runner.get_loop()
            runner.run(self.server.serve(sockets=[self._listening]))

    def start(self) -> None:
        super().start()
        until(lambda: self.server.started or not self.is_alive())
        assert self.is_alive()

    def stop(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self.server.handle_exit, signal.SIGTERM, None)
        self.join(10)
        assert not self.is_alive()


@dataclass(frozen=True)
class RunningService:
    """A service that answers: its client, its parts, and the store as a worker opens it."""

    http: httpx2.Client
    settings: Settings
    store: Store
    thread: ServiceThread

    @property
    def parts(self) -> Services:
        """What the application itself works with, for the one test that takes it away."""
        services: Services = self.thread.server.config.loaded_app_state()
        return services


@contextlib.contextmanager
def running_service(settings: Settings) -> Iterator[RunningService]:
    thread = ServiceThread(settings)
    thread.start()
    store = Store(settings)
    with httpx2.Client(base_url=thread.url, timeout=30) as http:
        try:
            yield RunningService(http, settings, store, thread)
        finally:
            store.close()
            thread.stop()
