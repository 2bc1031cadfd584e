"""Keys and their scopes: every route has one, and lets through whom it should."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import httpx2
import pytest
from fastapi.params import Security
from fastapi.routing import iter_route_contexts

from fitserve_core.keys import SCOPES, Scope
from fitserve_service.access.scopes import authorised, authorised_to_predict
from fitserve_service.app import create_app
from service.conftest import settings_for
from support.keys import bearer, keyed
from support.refusals import refusal
from support.serving import RunningService, running_service

PLACES = {"id": "exp_x", "name": "mnist", "run_id": "run_x", "version": 1, "label": "stable"}
PROTOCOLS = ("/v1", "/v2")
OPEN = {"/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"}
SIGNING = {("POST", "/session"), ("DELETE", "/session")}
OPEN_PAGES = {
    "/",
    "/dashboard",
    "/dashboard/plotly.min.js",
    "/docs/swagger-ui-bundle.js",
    "/docs/swagger-ui.css",
}


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    """Filled by `locked`: the key of each scope."""
    return {}


@pytest.fixture(scope="module")
def locked(
    tmp_path_factory: pytest.TempPathFactory, keys: dict[str, str]
) -> Iterator[RunningService]:
    """A service with a key of each scope."""
    # Wrong keys are presented to every call here.
    house = settings_for(tmp_path_factory.mktemp("locked"), max_wrong_keys_per_minute=1_000)
    settings, made = keyed(house, {scope: scope for scope in SCOPES})
    keys |= made
    with running_service(settings) as running:
        yield running


def _calls(service: RunningService) -> list[tuple[str, str, Scope]]:
    """Return method, path and scope of every call that needs one."""
    paths = service.http.get("/openapi.json").json()["paths"]
    return [
        (method.upper(), path.format(**PLACES), operation["security"][0]["HTTPBearer"][0])
        for path, operations in paths.items()
        for method, operation in operations.items()
        if path not in OPEN and (method.upper(), path) not in SIGNING
    ]


def _told(path: str, answer: httpx2.Response, status: int) -> str:
    if path.startswith(PROTOCOLS):
        assert answer.status_code == status
        return str(answer.json()["error"])
    return str(refusal(answer, status)["message"])


class TestRoutes:
    def test_each_has_one_scope_or_is_known_to_be_open(self, tmp_path: Path) -> None:
        seen = set()
        for route in iter_route_contexts(create_app(settings_for(tmp_path)).routes):
            if route.path in OPEN | OPEN_PAGES:
                seen.add(route.path)
                continue
            if {(method, route.path) for method in route.methods or ()} <= SIGNING:
                continue
            scopes = [
                one.scopes
                for one in route.dependencies
                if isinstance(one, Security)
                and one.dependency in (authorised, authorised_to_predict)
            ]
            assert scopes in [[[scope]] for scope in get_args(Scope)], route.path
        assert seen == OPEN | OPEN_PAGES


class TestKey:
    @pytest.mark.parametrize(
        ("authorization", "told"),
        [
            (None, "got none"),
            ("Bearer", "got none"),
            ("Bearer wrong", "got an unknown key"),
            ("Bearer schlüssel", "got an unknown key"),
            ("Bearer {}5", "got an unknown key"),
            ("Basic {}", "got none"),
        ],
    )
    def test_missing_or_unknown_is_refused_by_every_call(
        self, locked: RunningService, keys: dict[str, str], authorization: str | None, told: str
    ) -> None:
        given = authorization and authorization.format(keys["admin"])
        headers = {"Authorization": given.encode()} if given else {}
        calls = _calls(locked)
        assert len(calls) >= 50
        for method, path, _ in calls:
            answer = locked.http.request(method, path, headers=headers)
            assert told in _told(path, answer, 401)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert keys["admin"] not in answer.text

    def test_refused_call_changes_nothing(
        self, locked: RunningService, keys: dict[str, str]
    ) -> None:
        refusal(locked.http.post("/experiments", json={"dataset": "mnist"}), 401)
        reading = bearer(keys["read"])
        refusal(locked.http.post("/experiments", json={"dataset": "mnist"}, headers=reading), 403)
        assert locked.http.get("/experiments", headers=reading).json()["data"] == []

    @pytest.mark.parametrize("scope", SCOPES)
    def test_opens_the_calls_of_its_scope_alone(
        self, locked: RunningService, keys: dict[str, str], scope: Scope
    ) -> None:
        refused = 0
        for method, path, needed in _calls(locked):
            answer = locked.http.request(method, path, headers=bearer(keys[scope]))
            if SCOPES.index(needed) <= SCOPES.index(scope):
                assert answer.status_code in {200, 204, 400, 404, 409, 422}, path
            else:
                refused += 1
                told = _told(path, answer, 403)
                assert f"needs a key with the scope {needed}; {scope} has" in told
        assert refused == {"read": 14, "train": 8, "admin": 0}[scope]

    @pytest.mark.parametrize("path", sorted(OPEN))
    def test_is_not_needed_for_health_and_documentation(
        self, locked: RunningService, path: str
    ) -> None:
        assert locked.http.get(path).status_code == 200


class TestNoKey:
    def test_every_call_is_open_without_one(self, shared_service: RunningService) -> None:
        assert shared_service.http.get("/experiments").status_code == 200
        answer = shared_service.http.get("/experiments", headers={"Authorization": "Bearer x"})
        assert answer.status_code == 200
