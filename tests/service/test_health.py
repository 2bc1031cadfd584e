"""Liveness, readiness, and the figures that Prometheus reads."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fitserve_core.settings import Settings
from fitserve_core.store.database import Database
from support import stories
from support.refusals import refusal
from support.serving import RunningService, running_service

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=2"


@pytest.fixture
def storeless(service: RunningService, monkeypatch: pytest.MonkeyPatch) -> RunningService:
    """A service whose database has gone away."""
    database = service.thread.parts.store.database
    gone = Database(NOWHERE)
    monkeypatch.setattr(database, "_engine", gone._engine)
    return service


class TestHealthz:
    def test_tells_that_the_process_answers(self, storeless: RunningService) -> None:
        answer = storeless.http.get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")


class TestReadyz:
    def test_tells_every_part(self, service: RunningService) -> None:
        answer = service.http.get("/readyz")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ok",
            "parts": {"store": "ok", "broker": "not configured"},
        }

    def test_is_unavailable_without_its_store(self, storeless: RunningService) -> None:
        answer = storeless.http.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {
            "status": "unavailable",
            "parts": {"store": "unavailable: OperationalError", "broker": "not configured"},
        }

    def test_is_ready_without_its_broker(self, settings: Settings) -> None:
        away = settings.model_copy(update={"redis_url": f"unix://{settings.data}/nobody.sock"})
        with running_service(away) as service:
            answer = service.http.get("/readyz")
            assert answer.status_code == 200
            assert answer.json()["parts"] == {
                "store": "ok",
                "broker": "unavailable: ConnectionError",
            }


class TestStoreGoneAway:
    @pytest.mark.parametrize("path", ["/experiments", "/experiments/exp_x", "/events", "/metrics"])
    def test_is_told_as_unavailable(self, storeless: RunningService, path: str) -> None:
        answer = storeless.http.get(path)
        error = refusal(answer, 503)
        assert error["message"] == "the store does not answer; try again"
        assert int(answer.headers["retry-after"]) > 0

    def test_is_told_to_who_posts(self, storeless: RunningService) -> None:
        refusal(storeless.http.post("/experiments", json={"dataset": "mnist"}), 503)


def _samples(service: RunningService, name: str) -> dict[tuple[str, ...], float]:
    text = service.http.get("/metrics").text
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


class TestMetrics:
    def test_counts_answers_by_route_and_never_by_id(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        before = _samples(service, "fitserve_requests_total")
        for _ in range(3):
            service.http.get(f"/experiments/{experiment.id}")
        service.http.get("/experiments/exp_nobody")
        service.http.get("/nowhere/at/all")
        service.http.post("/predict", json={})
        after = _samples(service, "fitserve_requests_total")
        new = {key: value - before.get(key, 0) for key, value in after.items()}
        assert {key: value for key, value in new.items() if value} == {
            ("GET", "/experiments/{id}", "200"): 3,
            ("GET", "/experiments/{id}", "404"): 1,
            ("GET", "unknown", "404"): 1,
            ("POST", "/predict", "422"): 1,
            ("GET", "/metrics", "200"): 1,
        }
        text = service.http.get("/metrics").text
        assert experiment.id not in text
        assert "nowhere" not in text

    def test_measures_seconds_by_route(self, service: RunningService) -> None:
        key = ("GET", "/experiments/{id}/summary")
        before = _samples(service, "fitserve_request_seconds_count").get(key, 0)
        service.http.get("/experiments/exp_nobody/summary")
        assert _samples(service, "fitserve_request_seconds_count")[key] == before + 1

    def test_counts_runs_by_status(self, service: RunningService) -> None:
        stories.post(service.store, repetitions=3)
        stories.train(service.store)
        stories.take(service.store)
        assert _samples(service, "fitserve_runs") == {
            ("queued",): 1,
            ("running",): 1,
            ("succeeded",): 1,
            ("failed",): 0,
            ("cancelled",): 0,
        }

    def test_forgets_a_status_that_no_run_has_any_more(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        assert _samples(service, "fitserve_runs")["queued",] == 1
        service.store.experiments.cancel(experiment.id)
        runs = _samples(service, "fitserve_runs")
        assert (runs["queued",], runs["cancelled",]) == (0, 1)
