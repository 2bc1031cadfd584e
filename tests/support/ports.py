"""Ports to listen on."""

import socket


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens just now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
