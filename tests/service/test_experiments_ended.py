"""Cancelling and deleting."""

from support import stories
from support.perceptrons import Digits, keep
from support.serving import RunningService


class TestCancel:
    def test_ends_a_queued_experiment(self, service: RunningService) -> None:
        experiment = stories.post(service.store, repetitions=2)
        answer = service.http.post(f"/experiments/{experiment.id}/cancel")
        assert answer.status_code == 200
        assert (answer.json()["status"], answer.json()["runs"]["cancelled"]) == ("cancelled", 2)
        assert service.store.claims.take("a worker", "cpu") is None

    def test_is_idempotent(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        stories.take(service.store)
        first, second = (
            service.http.post(f"/experiments/{experiment.id}/cancel") for _ in range(2)
        )
        assert (first.status_code, second.status_code) == (200, 200)
        assert first.json() == second.json()
        page = service.http.get(f"/experiments/{experiment.id}/events").json()
        assert [e["type"] for e in page["data"]].count("experiment.cancelled") == 1

    def test_leaves_an_ended_experiment_as_it_is(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        stories.train(service.store)
        before = service.http.get(f"/experiments/{experiment.id}").json()
        assert before["status"] == "succeeded"
        assert service.http.post(f"/experiments/{experiment.id}/cancel").json() == before


class TestDelete:
    def test_removes_the_experiment_and_its_files(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        other = keep(service.store, service.artefacts, Digits(seed=1))
        path = f"/experiments/{kept.experiment.id}"
        answer = service.http.delete(path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert service.http.get(path).status_code == 404
        assert service.http.delete(path).status_code == 404
        assert not (service.artefacts.root / kept.experiment.id).exists()
        assert other.file.is_file()
        listed = service.http.get("/experiments").json()["data"]
        assert [experiment["id"] for experiment in listed] == [other.experiment.id]

    def test_is_refused_while_it_waits_or_runs(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        for status in ("queued", "running"):
            answer = service.http.delete(f"/experiments/{experiment.id}")
            assert answer.status_code == 409
            assert f"is {status}; cancel it or wait" in answer.json()["error"]["message"]
            if status == "queued":
                stories.take(service.store)
        assert service.http.get(f"/experiments/{experiment.id}").status_code == 200

    def test_frees_its_idempotency_key(self, service: RunningService) -> None:
        def post() -> str:
            headers = {"Idempotency-Key": "a key"}
            answer = service.http.post("/experiments", json={"dataset": "mnist"}, headers=headers)
            return str(answer.json()["id"])

        first = post()
        service.http.post(f"/experiments/{first}/cancel")
        service.http.delete(f"/experiments/{first}")
        assert post() != first
