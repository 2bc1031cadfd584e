"""`python -m fitserve_workers.explain SOCKET`: answers explanations, one after the other."""

import logging
import os
import sys
from multiprocessing.connection import Connection, Listener
from pathlib import Path

from fitserve_core.explaining import BackpropagationRequest
from fitserve_core.logs import configure_logs

log = logging.getLogger(__name__)


def serve(address: str) -> None:
    """Answer whoever connects to a Unix socket: one request, one answer, both JSON."""
    # A process before this one, if it was killed, has left its socket.
    Path(address).unlink(missing_ok=True)
    with Listener(address, "AF_UNIX") as listener:
        while True:
            try:
                with listener.accept() as connection:
                    _answer(connection)
            except (EOFError, OSError) as error:
                log.warning("a connection broke: %s", error)
            except Exception:
                # Whoever asked finds the connection closed; the next one is answered.
                log.exception("an explanation failed")


def _answer(connection: Connection) -> None:
    request = BackpropagationRequest.model_validate_json(connection.recv_bytes())
    # At the first request: TensorFlow takes seconds and 400 MB, and few ask.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from fitserve_workers.explain.backpropagation import explain  # noqa: PLC0415

    connection.send_bytes(explain(request).model_dump_json().encode())


if __name__ == "__main__":
    configure_logs("explain")
    serve(sys.argv[1])
