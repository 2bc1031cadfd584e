"""Liveness, readiness, and the figures that Prometheus reads."""

from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from fitserve_core.results import EpochFigures
from fitserve_core.settings import Settings
from fitserve_core.store.database import Database
from fitserve_service import workers
from support import stories
from support.brokers import OwnBroker
from support.perceptrons import Line, keep
from support.refusals import refusal
from support.serving import RunningService, running_service
from support.waiting import until

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=2"


@pytest.fixture
def broker() -> Iterator[str]:
    """Address of a broker that runs."""
    broker = OwnBroker()
    broker.start()
    yield broker.url
    broker.stop()
    broker.remove()


@pytest.fixture
def storeless(service: RunningService, monkeypatch: pytest.MonkeyPatch) -> RunningService:
    """A service whose database has gone away."""
    database = service.thread.parts.store.database
    gone = Database(NOWHERE)
    monkeypatch.setattr(database, "_engine", gone._engine)
    monkeypatch.setattr(database, "_snapshots", gone._snapshots)
    return service


class TestHealthz:
    def test_tells_that_the_process_answers(self, storeless: RunningService) -> None:
        answer = storeless.http.get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")


class TestReadyz:
    def test_tells_every_part(self, service: RunningService) -> None:
        answer = service.http.get("/readyz")
        assert answer.status_code == 200
        parts = {"broker": "not configured", "workers": "not configured"}
        assert answer.json() == {"status": "ok", "parts": {"store": "ok", "data": "ok", **parts}}

    def test_is_unavailable_without_its_store(self, storeless: RunningService) -> None:
        answer = storeless.http.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["status"] == "unavailable"
        assert answer.json()["parts"]["store"] == "unavailable: OperationalError"

    def test_is_ready_without_its_broker(self, settings: Settings) -> None:
        away = settings.model_copy(update={"redis_url": f"unix://{settings.data}/nobody.sock"})
        with running_service(away) as service:
            answer = service.http.get("/readyz")
            assert answer.status_code == 200
            assert answer.json()["parts"] == {
                "store": "ok",
                "broker": "unavailable: ConnectionError",
                "workers": "unknown: the broker does not answer",
                "data": "ok",
            }

    def test_is_unavailable_without_its_data_folder(
        self, service: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone = service.settings.data / "gone"
        monkeypatch.setitem(service.thread.parts.settings.__dict__, "data", gone)
        answer = service.http.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["data"] == "unavailable: No such file or directory"

    def test_tells_that_no_worker_is_connected(self, settings: Settings, broker: str) -> None:
        with (
            running_service(settings.model_copy(update={"redis_url": broker})) as service,
            Redis.from_url(broker, client_name="fitserve-worker-cpu-here-1") as worker,
        ):
            told = service.http.get("/readyz").json()["parts"]
            assert told["workers"] == "none: experiments wait for one"
            worker.ping()
            assert service.http.get("/readyz").json()["parts"]["workers"] == "ok: 1 cpu"


class TestNotice:
    def test_tells_of_runs_whose_device_no_worker_has(
        self, settings: Settings, broker: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workers, "KNOWN_FOR_SECONDS", 0.0)
        spec = {"dataset": "eckerle4", "repetitions": 2, "device": "gpu"}
        with running_service(settings.model_copy(update={"redis_url": broker})) as service:
            foretold = service.http.post("/experiments", json=spec, params={"dry_run": True})
            posted = service.http.post("/experiments", json=spec).json()
            [listed] = service.http.get("/experiments").json()["data"]
            for told in (foretold.json(), posted, listed):
                assert told["notice"].startswith("2 runs wait for a GPU worker, and none is conn")
                assert "`fitserve worker --device gpu`" in told["notice"]
            path = f"/experiments/{posted['id']}"
            with Redis.from_url(broker, client_name="fitserve-worker-gpu-here-1") as worker:
                worker.ping()
                told = service.http.get(path).json()
                assert (told["notice"], told["queued_for"]) == (None, {"gpu": 2})
            service.http.post(f"{path}/cancel")
            assert service.http.get(path).json()["notice"] is None

    def test_is_none_where_nobody_knows(self, service: RunningService) -> None:
        posted = service.http.post("/experiments", json={"dataset": "eckerle4", "device": "gpu"})
        assert (posted.status_code, posted.json()["notice"]) == (201, None)


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

    def test_tells_of_the_queue_and_of_training(self, service: RunningService) -> None:
        names = ("queue_depth", "oldest_queued_run_seconds", "training_steps_per_second")
        assert [_samples(service, f"fitserve_{name}")[()] for name in names] == [0, 0, 0]
        stories.post(service.store, repetitions=3)
        claim = stories.take(service.store)
        figures = [EpochFigures(epoch=1, loss=1.0, seconds=0.5)]
        service.store.claims.record(claim, figures, stories.CHECKPOINT)
        depth, oldest, rate = (_samples(service, f"fitserve_{name}")[()] for name in names)
        assert depth == 2
        assert 0 < oldest < 60
        assert rate == 50_000 / 8 / 0.5

    def test_counts_leases_lost_in_the_store(self, service: RunningService) -> None:
        assert _samples(service, "fitserve_leases_lost_total")[()] == 0
        stories.post(service.store)
        stories.take(service.store)
        stories.let_leases_run_out(service.store)
        # The service's own dispatcher may be the one that finds it.
        service.store.leases.expire()
        until(lambda: _samples(service, "fitserve_leases_lost_total")[()] == 1)

    def test_measures_predictions_by_data_set(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Line())
        before = _samples(service, "fitserve_prediction_seconds_count")["eckerle4",]
        body = {"model": "eckerle4", "instances": [451.5]}
        service.http.post("/predict", json=body).raise_for_status()
        assert _samples(service, "fitserve_prediction_seconds_count")["eckerle4",] == before + 1
