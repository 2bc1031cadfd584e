"""The API key: needed by every call but health, metrics and documentation."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from fitserve_core.settings import Settings
from support.refusals import refusal
from support.serving import RunningService, running_service

KEY = "schlüssel-1234"
PLACES = {"id": "exp_x", "name": "mnist", "run_id": "run_x", "version": 1, "label": "stable"}
PROTOCOLS = ("/v1", "/v2")
OPEN = {"/healthz", "/readyz", "/metrics"}


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service with an API key."""
    data: Path = tmp_path_factory.mktemp("locked")
    settings = Settings.model_validate(
        {"data": data, "database_url": None, "redis_url": None, "api_key": KEY}
    )
    with running_service(settings) as running:
        yield running


def _calls(service: RunningService) -> list[tuple[str, str]]:
    paths = service.http.get("/openapi.json").json()["paths"]
    return [
        (method.upper(), path.format(**PLACES))
        for path, operations in paths.items()
        for method in operations
        if path not in OPEN
    ]


def _told(path: str, answer: httpx2.Response) -> str:
    if path.startswith(PROTOCOLS):
        assert answer.status_code == 401
        return str(answer.json()["error"])
    return str(refusal(answer, 401)["message"])


class TestKey:
    @pytest.mark.parametrize(
        ("authorization", "told"),
        [
            (None, "got none"),
            ("Bearer", "got none"),
            ("Bearer wrong", "got a wrong key"),
            (f"Bearer {KEY}5", "got a wrong key"),
            (f"Basic {KEY}", "got none"),
        ],
    )
    def test_missing_or_wrong_is_refused_by_every_call(
        self, locked: RunningService, authorization: str | None, told: str
    ) -> None:
        headers = {} if authorization is None else {"Authorization": authorization.encode()}
        calls = _calls(locked)
        assert len(calls) >= 12
        for method, path in calls:
            answer = locked.http.request(method, path, headers=headers)
            assert told in _told(path, answer)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert KEY not in answer.text

    def test_refused_call_changes_nothing(self, locked: RunningService) -> None:
        refusal(locked.http.post("/experiments", json={"dataset": "mnist"}), 401)
        right = {"Authorization": f"Bearer {KEY}".encode()}
        assert locked.http.get("/experiments", headers=right).json()["data"] == []

    def test_right_one_opens_every_call(self, locked: RunningService) -> None:
        right = {"Authorization": f"Bearer {KEY}".encode()}
        for method, path in _calls(locked):
            answer = locked.http.request(method, path, headers=right)
            assert answer.status_code in {200, 204, 400, 404, 409, 422}

    @pytest.mark.parametrize("path", [*sorted(OPEN), "/docs", "/openapi.json"])
    def test_is_not_needed_for_health_and_documentation(
        self, locked: RunningService, path: str
    ) -> None:
        assert locked.http.get(path).status_code == 200

    def test_is_told_to_nobody(self, locked: RunningService) -> None:
        for path in ("/readyz", "/metrics", "/openapi.json"):
            assert KEY not in locked.http.get(path).text


class TestNoKey:
    def test_every_call_is_open_without_one(self, shared_service: RunningService) -> None:
        assert shared_service.http.get("/experiments").status_code == 200
        answer = shared_service.http.get("/experiments", headers={"Authorization": "Bearer x"})
        assert answer.status_code == 200
