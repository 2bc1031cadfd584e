"""A live stream as a client reads it: frames as they arrive, cut off whenever it likes."""

import contextlib
from collections.abc import Iterator

import httpx2

from fitserve.sse import Frame, SSEDecoder

STREAM = {"Accept": "text/event-stream"}


@contextlib.contextmanager
def streaming(
    http: httpx2.Client, path: str, last_event_id: int | None = None
) -> Iterator[Iterator[Frame]]:
    """Open a stream and yield its frames; leaving the context closes the connection."""
    headers = STREAM if last_event_id is None else {**STREAM, "Last-Event-ID": str(last_event_id)}
    with http.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _frames(response)


def _frames(response: httpx2.Response) -> Iterator[Frame]:
    decoder = SSEDecoder()
    for chunk in response.iter_bytes():
        yield from decoder.feed(chunk)
