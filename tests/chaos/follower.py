"""A watcher of all events that comes back, behind the last event it saw, whenever it is cut off."""

import threading

import httpx2

from fitserve.sse import SSEDecoder


class Follower(threading.Thread):
    """Follows `GET /events` from the first event on.

    Attributes:
        seen: ids of the events, as they came.
        connections: how often it had to connect.
    """

    def __init__(self, url: str) -> None:
        super().__init__(name="follower", daemon=True)
        self.seen: list[int] = []
        self.connections = 0
        self._url = url
        self._over = threading.Event()

    def run(self) -> None:
        # Shorter than a stream's silence between keep-alives would never be quiet.
        timeout = httpx2.Timeout(20, connect=5)
        with httpx2.Client(base_url=self._url, timeout=timeout, trust_env=False) as http:
            while not self._over.is_set():
                try:
                    self._follow(http)
                except httpx2.HTTPError:
                    self._over.wait(0.1)

    def stop(self) -> None:
        """Come back no more; the thread ends when its present stream does."""
        self._over.set()

    def _follow(self, http: httpx2.Client) -> None:
        last = str(self.seen[-1]) if self.seen else "0"
        headers = {"Accept": "text/event-stream", "Last-Event-ID": last}
        with http.stream("GET", "/events", headers=headers) as response:
            if response.status_code != 200:
                self._over.wait(0.2)
                return
            self.connections += 1
            decoder = SSEDecoder()
            for chunk in response.iter_bytes():
                self.seen += [int(frame.id) for frame in decoder.feed(chunk) if frame.id]
                if self._over.is_set():
                    return
