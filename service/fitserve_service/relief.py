"""Connections that wait for another API process: one that has ended, hangs, or is busy for long."""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.1


async def relieve(
    fellows: Sequence[socket.socket], answering: Callable[[], asyncio.Protocol]
) -> None:
    """Take over what waits, ten times a second, until cancelled.

    Each process takes what comes on a socket of its own as it comes. What is still there when
    others look would wait until its process is started again.

    Args:
        fellows: the others' listening sockets.
        answering: makes the protocol of a connection.
    """
    for fellow in fellows:
        fellow.settimeout(0)
    while fellows:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        for fellow in fellows:
            try:
                await _take_over(fellow, answering)
            except BlockingIOError:
                continue  # nothing waits any more
            except OSError as error:
                log.warning("a connection to another process was not taken over: %s", error)


async def _take_over(fellow: socket.socket, answering: Callable[[], asyncio.Protocol]) -> None:
    while True:
        connection, _ = fellow.accept()
        connection.settimeout(0)
        await asyncio.get_running_loop().connect_accepted_socket(answering, connection)
