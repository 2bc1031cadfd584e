"""The API process."""

import asyncio
import gc
import logging
import os
import socket
import sys
from collections.abc import Sequence
from types import FrameType

import uvicorn
from fastapi import FastAPI

from fitserve_core.errors import ConfigurationError
from fitserve_core.logs import configure_logs
from fitserve_core.settings import Settings
from fitserve_service.app import create_app
from fitserve_service.counting import NUMBER
from fitserve_service.direct.connection import DirectConnection
from fitserve_service.listening import bind, who_may_call
from fitserve_service.relief import relieve

log = logging.getLogger(__name__)

GRACE_SECONDS = 5
# As logs call this process: one of several goes by its number.
PART = f"api-{os.environ[NUMBER]}" if os.environ.get(NUMBER) else "api"
# A page of a hundred experiments makes thousands of objects and leaves none: looked through after
# every 700, as Python does, they would soon be taken for old ones.
COLLECT_EVERY = 20_000


class Server(uvicorn.Server):
    """Uvicorn that relieves other processes, and ends event streams when it is told to stop.

    Args:
        app: the application.
        config: how it is served.
        fellows: sockets of the other API processes.
    """

    def __init__(
        self, app: FastAPI, config: uvicorn.Config, fellows: Sequence[socket.socket]
    ) -> None:
        super().__init__(config)
        self._app = app
        self._fellows = fellows

    async def main_loop(self) -> None:
        """Answer until told to stop, others' connections, too."""
        relieving = asyncio.create_task(relieve(self._fellows, self._answering))
        await super().main_loop()
        relieving.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Close the feed, then stop as uvicorn does."""
        if services := getattr(self._app.state, "services", None):
            services.feed.close()
        super().handle_exit(sig, frame)

    def _answering(self) -> DirectConnection:
        return DirectConnection(self.config, self.server_state, self.lifespan.state)


def build_server(settings: Settings, fellows: Sequence[socket.socket] = ()) -> Server:
    """Return the server of the application that `settings` describe, not yet listening."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=DirectConnection,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Server(app, config, fellows)


def serve(
    settings: Settings, listening: socket.socket, fellows: Sequence[socket.socket] = ()
) -> None:
    """Answer on a socket that is bound already, and relieve `fellows`, until told to stop."""
    configure_logs(PART, settings.log_level)
    log.info("answers %s", who_may_call(settings))
    server = build_server(settings, fellows)
    # What is loaded by now stays: a full collection would look through all of it, for a tenth of a
    # second, in the middle of some request.
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY)
    server.run(sockets=[listening])


def main() -> None:
    """Serve on the inherited socket whose descriptor is the first argument, or bind one.

    Further descriptors are those of the other API processes' sockets.
    """
    settings = Settings()
    try:
        inherited = [socket.socket(fileno=int(descriptor)) for descriptor in sys.argv[1:]]
        listening, *fellows = inherited or [bind(settings)]
        serve(settings, listening, fellows)
    except ConfigurationError as error:
        sys.exit(f"Error: {error.message}")


if __name__ == "__main__":
    main()
