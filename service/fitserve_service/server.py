"""The API process."""

import gc
import logging
import socket
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from fitserve_core.errors import ConfigurationError
from fitserve_core.logs import configure_logs
from fitserve_core.settings import Settings
from fitserve_service.app import create_app
from fitserve_service.connections import BoundedConnection
from fitserve_service.listening import bind, who_may_call

log = logging.getLogger(__name__)

GRACE_SECONDS = 5


class Server(uvicorn.Server):
    """Uvicorn that ends event streams when it is told to stop, rather than wait for their end."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Close the feed, then stop as uvicorn does."""
        if services := getattr(self._app.state, "services", None):
            services.feed.close()
        super().handle_exit(sig, frame)


def build_server(settings: Settings) -> Server:
    """Return the server of the application that `settings` describe, not yet listening."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=BoundedConnection,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Server(app, config)


def serve(settings: Settings, listening: socket.socket) -> None:
    """Answer on a socket that is bound already, until told to stop."""
    configure_logs("api", settings.log_level)
    log.info("answers %s", who_may_call(settings))
    server = build_server(settings)
    # What is loaded by now stays: a full collection would look through all of it, for a tenth of a
    # second, in the middle of some request.
    gc.collect()
    gc.freeze()
    server.run(sockets=[listening])


def main() -> None:
    """Serve on the inherited socket whose descriptor is the one argument, or bind one."""
    settings = Settings()
    try:
        inherited = len(sys.argv) > 1
        listening = socket.socket(fileno=int(sys.argv[1])) if inherited else bind(settings)
        serve(settings, listening)
    except ConfigurationError as error:
        sys.exit(f"Error: {error.message}")


if __name__ == "__main__":
    main()
