"""Extended, cloned, described, forecast: over HTTP."""

from support import stories
from support.serving import RunningService
from support.sse import streaming

BODY = {"dataset": "mnist", "training": {"learning_rates": [0.1], "epochs": 3}}


class TestExtend:
    def test_goes_on_and_ends_again(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        stories.train(service.store)
        path = f"/experiments/{experiment.id}"
        answer = service.http.post(f"{path}/extend", json={"repetitions": 2})
        assert answer.status_code == 200
        extended = answer.json()
        assert (extended["status"], extended["runs"]["queued"]) == ("queued", 1)
        stories.train(service.store)
        assert service.http.get(path).json()["status"] == "succeeded"

    def test_a_stream_tells_of_both_ends_and_closes_after_the_last(
        self, service: RunningService
    ) -> None:
        experiment = stories.post(service.store)
        stories.train(service.store)
        path = f"/experiments/{experiment.id}"
        service.http.post(f"{path}/extend", json={"repetitions": 2})
        stories.train(service.store)
        with streaming(service.http, f"{path}/events") as frames:
            told = [frame.event for frame in frames]
        assert told.count("experiment.succeeded") == 2
        assert told[-1] == "experiment.succeeded"

    def test_is_refused_before_the_end(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        answer = service.http.post(f"/experiments/{experiment.id}/extend", json={"repetitions": 2})
        assert answer.status_code == 409

    def test_says_what_it_takes(self, service: RunningService) -> None:
        answer = service.http.post("/experiments/exp_1/extend", json={"epochs": 2})
        assert answer.status_code == 422
        message = answer.json()["error"]["message"]
        assert message == "epochs: unknown field 'epochs'; known: repetitions, grid; received 2"


class TestClone:
    def test_posts_the_spec_with_changes(self, service: RunningService) -> None:
        experiment = service.http.post("/experiments", json=BODY).json()
        answer = service.http.post(
            f"/experiments/{experiment['id']}/clone",
            json={"training": {"epochs": 7}, "repetitions": 2},
        )
        assert answer.status_code == 201
        clone = answer.json()
        assert clone["id"] != experiment["id"]
        assert answer.headers["location"] == f"/experiments/{clone['id']}"
        training = experiment["spec"]["training"] | {"epochs": 7}
        assert clone["spec"] == experiment["spec"] | {"training": training, "repetitions": 2}

    def test_another_optimizer_brings_its_own_recipe(self, service: RunningService) -> None:
        body = {"dataset": "mnist", "training": {"optimizer": "lbfgs"}}
        experiment = service.http.post("/experiments", json=body).json()
        path = f"/experiments/{experiment['id']}/clone"
        clone = service.http.post(path, json={"training": {"optimizer": "adam"}}).json()
        assert clone["spec"]["training"]["learning_rates"] == [0.001]
        assert clone["spec"]["training"]["batch_size"] == 8

    def test_refuses_a_change_by_its_path(self, service: RunningService) -> None:
        experiment = service.http.post("/experiments", json=BODY).json()
        answer = service.http.post(
            f"/experiments/{experiment['id']}/clone", json={"training": {"epochs": 0}}
        )
        assert answer.status_code == 422
        assert answer.json()["error"]["param"] == "training.epochs"


class TestDescribe:
    def test_changes_what_is_given_and_nothing_else(self, service: RunningService) -> None:
        posted = service.http.post("/experiments", json=BODY | {"notes": "first"}).json()
        path = f"/experiments/{posted['id']}"
        answer = service.http.patch(path, json={"name": "über", "tags": ["sheet", "week 4"]})
        assert answer.status_code == 200
        described = answer.json()
        assert (described["name"], described["spec"]["name"]) == ("über", "über")
        assert described["spec"]["tags"] == ["sheet", "week 4"]
        assert described["spec"]["notes"] == "first"
        assert service.http.get(path).json() == described

    def test_refuses_what_is_not_for_people(self, service: RunningService) -> None:
        posted = service.http.post("/experiments", json=BODY).json()
        answer = service.http.patch(f"/experiments/{posted['id']}", json={"seed": 2})
        assert answer.status_code == 422
        message = answer.json()["error"]["message"]
        assert message == "seed: unknown field 'seed'; known: name, tags, notes, shared; received 2"


class TestDryRun:
    def test_answers_what_would_be_trained_and_accepts_nothing(
        self, service: RunningService
    ) -> None:
        answer = service.http.post("/experiments?dry_run=true", json={"preset": "mnist-B"})
        assert answer.status_code == 200
        forecast = answer.json()
        assert (forecast["runs"], forecast["epochs"], forecast["parameters"]) == (1, 20, [79_510])
        assert forecast["seconds"] > 0
        assert service.http.get("/experiments").json()["data"] == []

    def test_refuses_like_a_post(self, service: RunningService) -> None:
        answer = service.http.post("/experiments?dry_run=true", json={"dataset": "cifar"})
        assert answer.status_code == 422
