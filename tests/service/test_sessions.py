"""A browser's session: begun with a key, presented as a cookie, by this service's pages alone."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from service.conftest import settings_for
from support.keys import bearer, keyed
from support.refusals import refusal
from support.serving import RunningService, running_service
from support.sse import streaming

SPEC = {"dataset": "eckerle4"}
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    """Filled by `locked`: the key of each name."""
    return {}


@pytest.fixture(scope="module")
def locked(
    tmp_path_factory: pytest.TempPathFactory, keys: dict[str, str]
) -> Iterator[RunningService]:
    """A service with two keys."""
    settings, made = keyed(
        settings_for(tmp_path_factory.mktemp("locked")), {"ana": "train", "ben": "read"}
    )
    keys |= made
    with running_service(settings) as running:
        yield running


def signed_in(service: RunningService, key: str, **headers: str) -> httpx2.Response:
    told = {**OWN, **{name.replace("_", "-"): value for name, value in headers.items()}}
    service.http.cookies.clear()
    return service.http.post("/session", json={"key": key}, headers=told)


class TestSignIn:
    def test_sets_a_cookie_out_of_scripts_reach(
        self, locked: RunningService, keys: dict[str, str]
    ) -> None:
        answer = signed_in(locked, keys["ana"])
        assert (answer.status_code, answer.json()) == (201, {"name": "ana", "scope": "train"})
        told = answer.headers["set-cookie"]
        assert told.startswith(f"fitserve_session_{locked.http.base_url.port}=")
        for attribute in ("HttpOnly", "SameSite=strict", "Max-Age=604800", "Path=/"):
            assert f"; {attribute}" in told
        assert "Secure" not in told
        assert keys["ana"] not in f"{answer.headers} {answer.text}"

    def test_over_tls_sets_one_that_is_never_sent_without(
        self, locked: RunningService, keys: dict[str, str]
    ) -> None:
        answer = signed_in(locked, keys["ana"], x_forwarded_proto="https", host="lab.example")
        assert answer.headers["set-cookie"].startswith("fitserve_session=")
        assert "; Secure" in answer.headers["set-cookie"]

    def test_with_a_wrong_key_is_refused_and_repeats_nothing(self, locked: RunningService) -> None:
        answer = signed_in(locked, "fs_wrong_and_secret")
        assert "knows no such key" in refusal(answer, 401)["message"]
        assert "secret" not in answer.text
        assert "set-cookie" not in answer.headers

    @pytest.mark.parametrize("body", [{}, {"key": 5}, {"key": "x" * 300}, {"key": "a", "b": 1}])
    def test_with_something_else_is_refused(
        self, locked: RunningService, body: dict[str, object]
    ) -> None:
        refusal(locked.http.post("/session", json=body, headers=OWN), 422)

    def test_with_half_a_character_is_refused(self, locked: RunningService) -> None:
        headers = OWN | {"Content-Type": "application/json"}
        answer = locked.http.post("/session", content=rb'{"key": "\ud83d"}', headers=headers)
        assert "half a character" in refusal(answer, 422)["message"]

    def test_is_for_own_pages(self, locked: RunningService, keys: dict[str, str]) -> None:
        for told in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = locked.http.post("/session", json={"key": keys["ana"]}, headers=told)
            assert "own pages" in refusal(answer, 403)["message"]

    def test_to_a_service_without_keys_is_no_use(self, shared_service: RunningService) -> None:
        assert "no API keys" in refusal(signed_in(shared_service, "any"), 409)["message"]
        assert shared_service.http.get("/session").json() == {"name": None, "scope": "admin"}


class TestSession:
    def test_reads_streams_and_changes_as_its_key(
        self, locked: RunningService, keys: dict[str, str]
    ) -> None:
        signed_in(locked, keys["ana"])
        assert locked.http.get("/session").json() == {"name": "ana", "scope": "train"}
        posted = locked.http.post("/experiments", json=SPEC, headers=OWN).json()
        assert posted["owner"] == "ana"
        with streaming(locked.http, f"/experiments/{posted['id']}/events") as frames:
            assert next(frames).event == "experiment.queued"

    @pytest.mark.parametrize(
        "told",
        [
            {},
            {"Origin": "https://evil.example"},
            {"Origin": "http://["},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
        ],
    )
    def test_changes_nothing_for_other_pages(
        self, locked: RunningService, keys: dict[str, str], told: dict[str, str]
    ) -> None:
        signed_in(locked, keys["ana"])
        path = "/experiments?dry_run=true"
        for method, asked in (("POST", path), ("DELETE", "/experiments/exp_x")):
            answer = locked.http.request(method, asked, json=SPEC, headers=told)
            assert "own pages" in refusal(answer, 403)["message"]
        origin = {"Origin": str(locked.http.base_url).rstrip("/")}
        assert locked.http.post(path, json=SPEC, headers=origin).status_code == 200

    def test_gives_way_to_a_key(self, locked: RunningService, keys: dict[str, str]) -> None:
        signed_in(locked, keys["ana"])
        answer = locked.http.get("/session", headers=bearer(keys["ben"]))
        assert answer.json()["name"] == "ben"
        refusal(locked.http.get("/session", headers=bearer("wrong")), 401)

    def test_ends_when_signed_out(self, locked: RunningService, keys: dict[str, str]) -> None:
        signed_in(locked, keys["ana"])
        [cookie] = locked.http.cookies.jar
        presented = {"Cookie": f"{cookie.name}={cookie.value}"}
        refusal(locked.http.delete("/session"), 403)
        assert locked.http.delete("/session", headers=OWN).status_code == 204
        assert list(locked.http.cookies.jar) == []
        message = refusal(locked.http.get("/session", headers=presented), 401)["message"]
        assert "a session that has ended" in message
        assert locked.http.delete("/session", headers=OWN).status_code == 204

    def test_ends_in_time_and_with_its_key(self, tmp_path: Path) -> None:
        settings, keys = keyed(settings_for(tmp_path), {"ana": "train", "ben": "read"})
        with running_service(settings) as service:
            signed_in(service, keys["ana"])
            with service.store.database.writing() as connection:
                connection.execute(text("UPDATE session SET ends_at = 0"))
            refusal(service.http.get("/session"), 401)
            signed_in(service, keys["ben"])
            signed_in(service, keys["ana"])
            cookies = httpx2.Cookies(service.http.cookies)
            with service.store.database.reading() as connection:
                rows = connection.execute(text("SELECT * FROM session")).all()
            assert len(rows) == 2
            for secret in (*keys.values(), *(cookie.value for cookie in cookies.jar)):
                assert secret not in str(rows)
        left = SecretStr(str(settings.api_keys.get_secret_value()).splitlines()[1])
        with running_service(settings.model_copy(update={"api_keys": left})) as service:
            token = next(iter(cookies.jar)).value
            name = f"fitserve_session_{service.http.base_url.port}"
            answer = service.http.get("/session", headers={"Cookie": f"{name}={token}"})
            refusal(answer, 401)
