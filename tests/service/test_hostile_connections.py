"""Clients that send without end, slowly, packed, or without a key."""

import gzip
import json
import socket
from collections.abc import Iterator

import httpx2
import pytest

from fitserve_service import connections
from service.conftest import settings_for
from support.keys import keyed
from support.refusals import refusal
from support.serving import RunningService, connected, running_service
from support.wavelengths import answers

JSON = {"Content-Type": "application/json"}


def _answer(connection: socket.socket) -> tuple[int, str]:
    """Return status and error code of what comes before the connection ends."""
    head, body = _received(connection)
    return int(head.split()[1]), json.loads(body)["error"]["code"]


def _received(connection: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while chunk := connection.recv(65_536):
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body


class TestHead:
    def test_without_end_is_refused(self, shared_service: RunningService) -> None:
        with connected(shared_service) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nX-Endless: ")
            with pytest.raises(ConnectionError):
                connection.sendall(b"x" * 20_000_000)
        assert shared_service.http.get("/healthz").status_code == 200

    def test_of_a_little_too_much_is_told(self, shared_service: RunningService) -> None:
        with connected(shared_service) as connection:
            begun = b"GET /healthz HTTP/1.1\r\nX-Long: "
            # No byte more: what is never read would reset the connection before it was told.
            connection.sendall(begun.ljust(connections.MOST_HEAD_BYTES + 1, b"x"))
            assert _answer(connection) == (431, "head_too_large")

    def test_behind_many_requests_is_not_taken_for_a_large_one(
        self, shared_service: RunningService
    ) -> None:
        one = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * 7_000 + b"\r\n\r\n"
        many = 2 * connections.MOST_HEAD_BYTES // len(one)
        with connected(shared_service) as connection:
            with shared_service.thread.paused():
                connection.sendall(many * one + one[:100])
            connection.sendall(one[100:])
            found = answers(connection, many + 1)
        assert [status for status, _ in found] == [200] * (many + 1)

    @pytest.mark.parametrize("path", ["/predict", "/experiments", "/v2/models/{}/infer", "/x?{}"])
    def test_with_an_address_longer_than_any_is_told(
        self, shared_service: RunningService, path: str
    ) -> None:
        long = "x" * 8_000
        asked = path.format(long) if "{}" in path else f"{path}/{long}"
        answer = shared_service.http.post(asked, json={})
        assert answer.status_code == 414
        assert "at most 8,000 bytes; received 8,0" in answer.text
        assert "x-request-id" in answer.headers

    @pytest.mark.parametrize(
        ("path", "version", "hosts", "told"),
        [
            ("/healthz", "1.1", ["127.0.0.1", "127.0.0.1"], "received 2"),
            ("/predict", "1.1", ["evil.example", "localhost"], "received 2"),
            ("/v2/health/live", "1.0", ["localhost"] * 3, "received 3"),
            ("/predict", "1.1", [], "received none"),
        ],
    )
    def test_without_one_host_is_told(
        self, shared_service: RunningService, path: str, version: str, hosts: list[str], told: str
    ) -> None:
        lines = [f"POST {path} HTTP/{version}", "Content-Type: application/json"]
        lines += ["Connection: close", "Content-Length: 2", *(f"Host: {host}" for host in hosts)]
        with connected(shared_service) as connection:
            connection.sendall("\r\n".join([*lines, "", "{}"]).encode())
            head, body = _received(connection)
        assert head.split()[1] == b"400"
        assert f"a request has one Host header; {told}" in body.decode()

    def test_of_http_1_0_may_name_no_host(self, shared_service: RunningService) -> None:
        with connected(shared_service) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            assert _answer(connection) == (403, "forbidden")

    def test_that_never_ends_is_told(
        self, shared_service: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
        for begun in (
            b"",
            b"GET /healthz HTTP/1.1\r\n",
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: y",
        ):
            with connected(shared_service) as connection:
                connection.sendall(begun)
                assert _answer(connection) == (408, "timeout")

    def test_that_is_no_http_is_told(self, shared_service: RunningService) -> None:
        with connected(shared_service) as connection:
            connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
            assert _answer(connection) == (400, "http_error")


class TestConnections:
    def test_of_which_there_are_too_many_are_told(
        self, shared_service: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connections, "MOST_CONNECTIONS", 1)
        with connected(shared_service), httpx2.Client(base_url=shared_service.thread.url) as http:
            answer = http.post("/experiments", json={"dataset": "eckerle4"})
            assert "holds 1 connections" in refusal(answer, 503)["message"]
            assert (answer.headers["retry-after"], answer.headers["connection"]) == ("2", "close")
            answer = http.post("/v2/models/eckerle4/infer", json={})
            assert (answer.status_code, list(answer.json())) == (503, ["error"])
        monkeypatch.undo()
        assert shared_service.http.get("/healthz").status_code == 200


class TestBody:
    def test_that_never_ends_is_told(
        self, shared_service: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connections, "BODY_SECONDS", 0.1)
        for path in (b"/experiments", b"/predict"):
            with connected(shared_service) as connection:
                connection.sendall(b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                connection.sendall(b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
                assert _answer(connection) == (408, "timeout")

    def test_that_is_cut_off_troubles_nobody(
        self, shared_service: RunningService, caplog: pytest.LogCaptureFixture
    ) -> None:
        for path in (b"/experiments", b"/predict"):
            with connected(shared_service) as connection:
                connection.sendall(b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                connection.sendall(b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
        assert shared_service.http.get("/healthz").status_code == 200
        assert [record for record in caplog.records if record.levelname == "ERROR"] == []

    @pytest.mark.parametrize("path", ["/experiments", "/predict", "/v2/models/mnist/infer"])
    def test_that_is_packed_is_not_unpacked(
        self, shared_service: RunningService, path: str
    ) -> None:
        bomb = gzip.compress(bytes(10_000_000))
        headers = {**JSON, "Content-Encoding": "gzip"}
        answer = shared_service.http.post(path, content=bomb, headers=headers)
        assert answer.status_code == 415
        assert "without Content-Encoding; received gzip" in answer.text
        assert answer.headers["accept-encoding"] == "identity"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service with a key that nobody here has."""
    settings, _ = keyed(settings_for(tmp_path_factory.mktemp("locked")), {"somebody": "admin"})
    with running_service(settings) as running:
        yield running


class TestWithoutKey:
    @pytest.mark.parametrize(
        "path",
        ["/experiments", "/experiments/exp_x/extend", "/predict", "/explain/backpropagation",
         "/v1/models/mnist:predict", "/v2/models/mnist/infer"],
    )  # fmt: skip
    def test_no_body_is_waited_for(self, locked: RunningService, path: str) -> None:
        with connected(locked) as connection:
            connection.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode())
            connection.sendall(b"Content-Type: application/json\r\nContent-Length: 99999\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 401"

    def test_nothing_of_a_body_is_told(self, locked: RunningService) -> None:
        refusal(locked.http.post("/experiments", content=b"{", headers=JSON), 401)
