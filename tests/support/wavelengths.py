"""Predictions of a wavelength over a socket: requests byte by byte, answers one by one."""

import http.client
import socket

LINE = b'{"model":"eckerle4","instances":[450]}'
JSON = {"Content-Type": "application/json"}


def head(length: int = len(LINE), path: str = "/predict", **more: str) -> bytes:
    headers = {"Host": "127.0.0.1", **JSON, "Content-Length": str(length), **more}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def answers(connection: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """Return status and body of so many answers."""
    found = []
    with connection.makefile("rb") as file:
        for _ in range(count):
            status = int(file.readline().split()[1])
            told = http.client.parse_headers(file)
            found.append((status, file.read(int(told["content-length"]))))
    return found
