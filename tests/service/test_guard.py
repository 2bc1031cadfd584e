"""What browsers send for other sites' pages, and what they are told."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from service.conftest import settings_for
from support.keys import bearer, keyed
from support.refusals import refusal
from support.serving import RunningService, running_service

LAB = "https://lab.example.org"
ASKED = {"Origin": LAB, "Access-Control-Request-Method": "POST"}
SPEC = {"dataset": "eckerle4"}
NAMED = {"allowed_hosts": ("fitserve.lan",), "cors_origins": (LAB,)}


def post(service: RunningService, **headers: str) -> httpx2.Response:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return service.http.post("/experiments?dry_run=true", json=SPEC, headers=told)


@pytest.fixture(scope="module")
def open_to_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service without keys that has another name, and lets a site ask."""
    with running_service(settings_for(tmp_path_factory.mktemp("lab"), **NAMED)) as running:
        yield running


class TestHost:
    @pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:9"])
    def test_of_this_machine_is_answered(self, shared_service: RunningService, host: str) -> None:
        answer = shared_service.http.get("/experiments", headers={"Host": host})
        assert answer.status_code == 200

    @pytest.mark.parametrize("host", ["rebound.example", "localhost.example:80", "10.0.0.1", ""])
    def test_that_was_made_to_point_here_is_refused(
        self, shared_service: RunningService, host: str
    ) -> None:
        for path in ("/experiments", "/", "/openapi.json"):
            answer = shared_service.http.get(path, headers={"Host": host})
            assert "asked as localhost" in refusal(answer, 403)["message"]
        answer = shared_service.http.get("/v2", headers={"Host": host})
        assert "asked as localhost" in answer.json()["error"]

    def test_that_a_setting_names_is_answered(self, open_to_lab: RunningService) -> None:
        answer = open_to_lab.http.get("/experiments", headers={"Host": "fitserve.lan:8000"})
        assert answer.status_code == 200


class TestOtherSites:
    @pytest.mark.parametrize(
        "told",
        [
            {"origin": "https://evil.example"},
            {"origin": "http://127.0.0.1:1"},
            {"origin": "null"},
            {"sec_fetch_site": "cross-site"},
            {"sec_fetch_site": "same-site"},
        ],
    )
    def test_change_nothing(self, shared_service: RunningService, told: dict[str, str]) -> None:
        answer = post(shared_service, **told)
        assert "other sites' pages" in refusal(answer, 403)["message"]

    def test_own_pages_and_programs_do(self, shared_service: RunningService) -> None:
        origin = str(shared_service.http.base_url).rstrip("/")
        for told in ({}, {"origin": origin}, {"sec_fetch_site": "none"}):
            assert post(shared_service, **told).status_code == 200

    def test_with_a_key_need_no_such_care(self, tmp_path: Path) -> None:
        settings, keys = keyed(settings_for(tmp_path), {"me": "train"})
        with running_service(settings) as service:
            told = {"origin": "https://evil.example", "host": "service.example"}
            assert post(service, **told, **bearer(keys["me"])).status_code == 200
            assert post(service, **told).status_code == 401


class TestCors:
    def test_is_closed(self, shared_service: RunningService) -> None:
        answer = shared_service.http.get("/experiments", headers={"Origin": LAB})
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert shared_service.http.options("/experiments", headers=ASKED).status_code == 405

    def test_is_open_to_sites_that_a_setting_names(self, open_to_lab: RunningService) -> None:
        asked = open_to_lab.http.options("/experiments", headers=ASKED)
        assert asked.headers["access-control-allow-origin"] == LAB
        answer = post(open_to_lab, origin=LAB)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, LAB)
        assert "access-control-allow-credentials" not in answer.headers
        refusal(post(open_to_lab, origin="https://evil.example"), 403)


class TestHeaders:
    @pytest.mark.parametrize("path", ["/", "/experiments", "/none", "/dashboard/app.js", "/docs"])
    def test_are_on_every_answer(self, shared_service: RunningService, path: str) -> None:
        headers = shared_service.http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        policy = headers["content-security-policy"]
        assert policy.startswith(("default-src 'self'", "default-src 'none'"))
        assert "frame-ancestors" in policy
        assert "//" not in policy

    def test_let_nobody_keep_what_a_caller_may_see(self, shared_service: RunningService) -> None:
        for path in ("/experiments", "/models/none/file", "/limits"):
            headers = shared_service.http.get(path).headers
            assert headers["cache-control"] == "private, no-cache"
        told = shared_service.http.get("/dashboard/plotly.min.js").headers
        assert told.get_list("cache-control") == ["public, max-age=86400"]
