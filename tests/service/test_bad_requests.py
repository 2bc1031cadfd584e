"""Requests that miss every call, and bodies above the limit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fitserve_core.settings import Settings
from support.refusals import refusal
from support.serving import RunningService, running_service

LIMIT = 10_000


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that reads little."""
    data: Path = tmp_path_factory.mktemp("small")
    settings = Settings(data=data, database_url=None, redis_url=None, max_body_bytes=LIMIT)
    with running_service(settings) as running:
        yield running


class TestPath:
    @pytest.mark.parametrize("path", ["/nowhere", "/experiments/exp_any/nowhere", "/%00%ff"])
    def test_unknown_is_not_found(self, small: RunningService, path: str) -> None:
        assert refusal(small.http.get(path), 404)["message"].startswith("GET /")

    @pytest.mark.parametrize(
        ("id_", "received"),
        [
            ("exp_nobody", "exp_nobody"),
            ("%00", "\0"),
            ("%ff", "\ufffd"),
            ("🙂", "🙂"),
            ("x" * 7_000, "x" * 200 + "…"),
            ("..%2F..", None),
        ],
    )
    def test_unknown_id_is_not_found_by_its_id(
        self, small: RunningService, id_: str, received: str | None
    ) -> None:
        error = refusal(small.http.get(f"/experiments/{id_}/summary"), 404)
        assert error["received"] == received

    @pytest.mark.parametrize(
        ("method", "path"),
        [("PUT", "/experiments"), ("DELETE", "/experiments"), ("GET", "/predict")],
    )
    def test_wrong_method_is_told_another(
        self, small: RunningService, method: str, path: str
    ) -> None:
        answer = small.http.request(method, path)
        assert refusal(answer, 405)["message"].startswith(f"{method} {path}: ")
        assert "POST" in answer.headers["allow"]


class TestBodyLimit:
    @pytest.mark.parametrize("path", ["/experiments", "/predict"])
    @pytest.mark.parametrize("size", [LIMIT + 1, 5_000_000])
    def test_declared_length_is_refused(self, small: RunningService, path: str, size: int) -> None:
        headers = {"Content-Type": "application/json"}
        error = refusal(small.http.post(path, content=b" " * size, headers=headers), 413)
        assert f"{size:,} bytes; at most 10,000" in error["message"]

    @pytest.mark.parametrize("path", ["/experiments", "/predict"])
    def test_undeclared_length_is_refused(self, small: RunningService, path: str) -> None:
        def body() -> Iterator[bytes]:
            for _ in range(2_000):
                yield b" " * 1_000

        headers = {"Content-Type": "application/json"}
        error = refusal(small.http.post(path, content=body(), headers=headers), 413)
        assert "at most 10,000" in error["message"]

    def test_largest_body_is_read(self, small: RunningService) -> None:
        headers = {"Content-Type": "application/json"}
        body = b'{"dataset": "mnist"}'.ljust(LIMIT)
        for content in (body, iter([body[:5_000], body[5_000:]])):
            answer = small.http.post("/experiments", content=content, headers=headers)
            assert answer.status_code == 201

    def test_connection_serves_on_after_a_refusal(self, small: RunningService) -> None:
        assert small.http.post("/v1/models/m:predict", content=b" " * 5_000_000).status_code == 413
        assert small.http.get("/healthz").status_code == 200
