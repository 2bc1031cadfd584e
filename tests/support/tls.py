"""TLS in front of a server that speaks none, as a proxy would put it."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

from trustme import LeafCert

PIECE = 65_536


@contextlib.contextmanager
def tls_before(socket: Path, certificate: LeafCert) -> Iterator[int]:
    """Yield a port of 127.0.0.1 that answers over TLS what a Unix socket answers in the clear."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    ready, ports = threading.Event(), list[int]()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_unix_connection(socket)
        with contextlib.suppress(OSError):
            async with asyncio.TaskGroup() as both:
                both.create_task(_passed(reader, behind_writer))
                both.create_task(_passed(behind_reader, writer))

    async def serve() -> None:
        async with await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context) as server:
            ports.append(server.sockets[0].getsockname()[1])
            ready.set()
            await ended.wait()
            server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="tls")
    thread.start()
    try:
        assert ready.wait(10)
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()


async def _passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    finally:
        writer.close()
