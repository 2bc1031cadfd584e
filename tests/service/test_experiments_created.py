"""POST /experiments: accepted whole, filled with defaults, once for each key."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fitserve_core.spec import ExperimentSpec
from support.serving import RunningService

BODY = {"dataset": "mnist", "repetitions": 2}


def _post(service: RunningService, body: Any, key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return service.http.post("/experiments", json=body, headers=headers)


class TestCreate:
    def test_answers_with_the_queued_experiment_and_its_place(
        self, service: RunningService
    ) -> None:
        answer = _post(service, BODY | {"name": "erster Versuch, η = 0.1"})
        assert answer.status_code == 201
        experiment = answer.json()
        assert answer.headers["location"] == f"/experiments/{experiment['id']}"
        assert experiment["object"] == "experiment"
        assert (experiment["status"], experiment["name"]) == ("queued", "erster Versuch, η = 0.1")
        assert experiment["runs"] == {
            "queued": 2, "running": 0, "succeeded": 0, "failed": 0, "cancelled": 0
        }  # fmt: skip
        assert experiment["progress"] == {"epochs_done": 0, "epochs_total": 20, "fraction": 0}
        absent = ("started_at", "finished_at", "kept_model", "error")
        assert [experiment[name] for name in absent] == [None] * 4
        assert service.http.get(answer.headers["location"]).json() == experiment

    @pytest.mark.parametrize(
        ("given", "filled"),
        [
            (
                {"dataset": "mnist"},
                {
                    "network": {"hidden_layers": [100], "activation": "relu"},
                    "training": {
                        "optimizer": {"name": "sgd", "momentum": 0.0, "nesterov": False},
                        "learning_rates": [0.01],
                        "batch_size": 8,
                        "epochs": 10,
                    },
                    "repetitions": 1,
                },
            ),
            (
                {"dataset": "eckerle4"},
                {
                    "network": {"hidden_layers": [128, 128, 64], "activation": "relu"},
                    "training": {
                        "optimizer": {"name": "adam"},
                        "learning_rates": [0.001],
                        "batch_size": 2,
                        "epochs": 256,
                    },
                    "repetitions": 4,
                },
            ),
        ],
    )
    def test_fills_every_default(
        self, service: RunningService, given: dict[str, Any], filled: dict[str, Any]
    ) -> None:
        spec = _post(service, given).json()["spec"]
        rest = {"name": "", "seed": 0, "scaling": "train"}
        for name, value in (given | rest | {"repetitions": filled["repetitions"]}).items():
            assert spec[name] == value
        for part in ("network", "training"):
            assert {name: spec[part][name] for name in filled[part]} == filled[part]
        assert spec == ExperimentSpec.model_validate(given).model_dump(mode="json")


class TestIdempotencyKey:
    def test_same_body_gives_the_same_experiment(self, service: RunningService) -> None:
        first, second = (_post(service, BODY, "a key") for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert first.headers["location"] == second.headers["location"]
        assert len(service.http.get("/experiments").json()["data"]) == 1

    def test_default_spelt_out_is_the_same_body(self, service: RunningService) -> None:
        first = _post(service, BODY, "a key").json()
        assert _post(service, BODY | {"seed": 0}, "a key").json()["id"] == first["id"]

    def test_other_body_is_a_conflict(self, service: RunningService) -> None:
        first = _post(service, BODY, "a key").json()
        answer = _post(service, BODY | {"seed": 1}, "a key")
        assert answer.status_code == 409
        error = answer.json()["error"]
        assert (error["code"], error["param"]) == ("conflict", "Idempotency-Key")
        assert error["received"] == "a key"
        assert first["id"] in error["message"]
        assert len(service.http.get("/experiments").json()["data"]) == 1

    def test_posts_at_the_same_time_make_one_experiment(self, service: RunningService) -> None:
        with ThreadPoolExecutor(8) as posters:
            answers = list(posters.map(lambda _: _post(service, BODY, "a key"), range(16)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(service.http.get("/experiments").json()["data"]) == 1

    def test_without_a_key_every_post_is_new(self, service: RunningService) -> None:
        assert _post(service, BODY).json()["id"] != _post(service, BODY).json()["id"]
