"""How often a caller may ask: by key, by address, over all API processes."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from fitserve_core.settings import Settings
from service.conftest import settings_for
from support.brokers import OwnBroker
from support.keys import bearer, keyed
from support.refusals import refusal
from support.serving import RunningService, running_service

FEW = {
    "max_requests_per_minute": 3,
    "max_predictions_per_minute": 2,
    "max_wrong_keys_per_minute": 2,
}
LINE = {"model": "eckerle4", "instances": [450]}


def told(answer: httpx2.Response, most: int, setting: str) -> None:
    """Check that a refusal tells the limit, its setting and when to come again."""
    message = refusal(answer, 429, "rate_limited")["message"]
    seconds = int(answer.headers["retry-after"])
    assert 1 <= seconds <= 60
    assert f"at most {most} " in message
    assert f"(FITSERVE_{setting.upper()}); try again in {seconds} s" in message


@pytest.fixture
def hurried(tmp_path: Path) -> Iterator[RunningService]:
    """A service without keys that answers little."""
    with running_service(settings_for(tmp_path, **FEW)) as service:
        yield service


class TestAddress:
    def test_is_told_the_limit_and_when_to_come_again(self, hurried: RunningService) -> None:
        for path in ("/readyz", "/metrics", "/experiments"):
            assert hurried.http.get(path).status_code == 200
        for path in ("/readyz", "/metrics", "/experiments"):
            told(hurried.http.get(path), 3, "max_requests_per_minute")
        assert hurried.http.get("/healthz").status_code == 200

    def test_has_predictions_counted_apart(self, hurried: RunningService) -> None:
        for _ in range(2):
            refusal(hurried.http.post("/predict", json=LINE), 409)
        told(hurried.http.post("/predict", json=LINE), 2, "max_predictions_per_minute")
        answer = hurried.http.post("/v1/models/eckerle4:predict", json={"instances": [450]})
        assert answer.status_code == 429
        assert "FITSERVE_MAX_PREDICTIONS_PER_MINUTE" in answer.json()["error"]
        assert int(answer.headers["retry-after"]) >= 1
        assert hurried.http.get("/experiments").status_code == 200

    def test_has_a_request_counted_once_where_a_body_is_read(self, hurried: RunningService) -> None:
        spec = {"dataset": "eckerle4"}
        answers = [hurried.http.post("/experiments?dry_run=true", json=spec) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]

    def test_of_ipv6_is_a_whole_network(self, hurried: RunningService) -> None:
        # The address is a proxy's word, which is taken from this machine's.
        def ask(address: str) -> int:
            headers = {"X-Forwarded-For": address}
            return hurried.http.get("/experiments", headers=headers).status_code

        neighbours = [ask(f"2001:db8::{number}") for number in range(4)]
        assert neighbours == [200, 200, 200, 429]
        assert [ask(other) for other in ("2001:db8:0:1::", "::ffff:10.0.0.1", "no:address")] == [
            200
        ] * 3


class TestKey:
    def test_has_its_own_share(self, tmp_path: Path) -> None:
        settings, keys = keyed(settings_for(tmp_path, **FEW), {"ana": "read", "ben": "read"})
        with running_service(settings) as service:
            for name in keys:
                for _ in range(3):
                    answer = service.http.get("/experiments", headers=bearer(keys[name]))
                    assert answer.status_code == 200
                answer = service.http.get("/limits", headers=bearer(keys[name]))
                told(answer, 3, "max_requests_per_minute")

    def test_that_is_wrong_is_told_so_a_few_times_and_hinders_no_right_one(
        self, tmp_path: Path
    ) -> None:
        settings, keys = keyed(settings_for(tmp_path, **FEW), {"ana": "read"})
        with running_service(settings) as service:
            for _ in range(2):
                refusal(service.http.get("/experiments", headers=bearer("wrong")), 401)
            answer = service.http.post("/predict", json=LINE, headers=bearer("worse"))
            told(answer, 2, "max_wrong_keys_per_minute")
            answer = service.http.get("/experiments", headers=bearer(keys["ana"]))
            assert answer.status_code == 200

    def test_that_is_missing_is_counted_by_address(self, tmp_path: Path) -> None:
        settings, _ = keyed(settings_for(tmp_path, **FEW), {"ana": "read"})
        with running_service(settings) as service:
            codes = [service.http.get("/experiments").status_code for _ in range(4)]
        assert codes == [401, 401, 401, 429]


class TestProcesses:
    def test_share_one_count_and_count_alone_without_the_broker(self, tmp_path: Path) -> None:
        broker = OwnBroker()
        broker.start()

        def settings(name: str) -> Settings:
            data = tmp_path / name
            return settings_for(data, redis_url=broker.url, max_requests_per_minute=250)

        try:
            with (
                running_service(settings("one")) as one,
                running_service(settings("other")) as other,
            ):
                answered = [_asked(one, 150), _asked(other, 150), _asked(one, 10)]
                # The other's share ends where blocks of two were taken by the one.
                assert sum(answered) == 250
                assert answered[0] == 150
                broker.stop()
                told(one.http.get("/limits"), 250, "max_requests_per_minute")
            with running_service(settings("one")) as one:
                assert _asked(one, 251) == 250
        finally:
            broker.remove()


def _asked(service: RunningService, times: int) -> int:
    """Return how many of so many requests were answered."""
    return sum(service.http.get("/limits").status_code == 200 for _ in range(times))


class TestLimits:
    def test_tell_what_a_caller_may_ask(self, hurried: RunningService) -> None:
        told = hurried.http.get("/limits").json()
        assert {name: told[name] for name in FEW} == FEW
        assert {"max_experiments_per_key", "max_queued_runs_per_key"} <= told.keys()
