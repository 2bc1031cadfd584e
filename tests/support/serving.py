"""The service as it runs, on a real socket, in a thread of the test's own process."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import uvicorn

from fitserve_core.artefacts import Artefacts
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_service.dependencies import Services
from fitserve_service.server import build_server
from support.waiting import until


class ServiceThread(threading.Thread):
    """A server that is told to stop as a signal would tell it; threads get no signals."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="service")
        self._server = build_server(settings)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> None:
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            self._loop = runner.get_loop()
            runner.run(self._server.serve(sockets=[self._listening]))

    def start(self) -> None:
        super().start()
        until(lambda: self._server.started or not self.is_alive())
        assert self.is_alive()

    def stop(self) -> None:
        if self._loop is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._server.handle_exit, signal.SIGTERM, None)
        self.join(10)
        assert not self.is_alive()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Keep the service from reading: what comes meanwhile, it reads in one turn of its loop."""
        pausing, going_on = threading.Event(), threading.Event()

        def pause() -> None:
            pausing.set()
            going_on.wait(10)

        assert self._loop is not None
        self._loop.call_soon_threadsafe(pause)
        assert pausing.wait(10)
        try:
            yield
        finally:
            going_on.set()

    @property
    def config(self) -> uvicorn.Config:
        """How connections are served, for tests with less patience."""
        return self._server.config

    @property
    def parts(self) -> Services:
        """What the application itself works with, for tests that take a part away."""
        services: Services = self._server.config.app.state.services  # type: ignore[union-attr]
        return services


@dataclass(frozen=True)
class RunningService:
    """A service that answers; `store` and `artefacts` are what a worker would have opened."""

    http: httpx2.Client
    settings: Settings
    store: Store
    artefacts: Artefacts
    thread: ServiceThread


def connected(service: RunningService) -> socket.socket:
    """Return a connection to a service, for requests byte by byte."""
    address = service.http.base_url
    return socket.create_connection((address.host, address.port), timeout=10)


@contextlib.contextmanager
def running_service(settings: Settings) -> Iterator[RunningService]:
    thread = ServiceThread(settings)
    thread.start()
    store = Store(settings)
    try:
        # Less than a quiet stream's time between keep-alive comments: events must come sooner.
        with httpx2.Client(base_url=thread.url, timeout=10) as http:
            yield RunningService(http, settings, store, Artefacts(settings.artefacts), thread)
    finally:
        store.close()
        thread.stop()
