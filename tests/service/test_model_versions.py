"""Versions and labels of models: numbered as they are kept, promoted without a pause."""

import threading

import numpy as np

from support.perceptrons import Digits, IsDigit, keep
from support.refusals import refusal
from support.serving import RunningService
from support.waiting import until

DIGIT = [np.random.default_rng(3).integers(0, 256, 784).tolist()]


def answering_run(service: RunningService, model: str) -> str:
    answer = service.http.post("/predict", json={"model": model, "instances": DIGIT})
    assert answer.status_code == 200, answer.text
    run_id: str = answer.json()["run_id"]
    return run_id


def put_label(service: RunningService, label: str, version: object) -> int:
    body = {"version": version}
    return service.http.put(f"/models/mnist/labels/{label}", json=body).status_code


def _until_seen(seen: list[str], before: int, wanted: str) -> None:
    until(lambda: wanted in seen[before:], 10)


class TestVersions:
    def test_are_numbered_in_the_order_in_which_models_are_kept(
        self, service: RunningService
    ) -> None:
        first = keep(service.store, service.artefacts, Digits(1), val_accuracy=0.95)
        second = keep(service.store, service.artefacts, Digits(2), val_accuracy=0.91)
        other = keep(service.store, service.artefacts, IsDigit((3,)))
        found = service.http.get("/models/mnist/versions").json()["data"]
        assert [(v["version"], v["run_id"], v["value"]) for v in found] == [
            (2, second.run_id, 0.91),
            (1, first.run_id, 0.95),
        ]
        [only] = service.http.get("/models/mnist-is-3/versions").json()["data"]
        assert (only["version"], only["experiment_id"]) == (1, other.experiment.id)
        assert service.http.get("/models/mnist").json()["version"] == 1
        assert answering_run(service, "mnist@2") == second.run_id
        assert answering_run(service, "mnist@latest") == second.run_id

    def test_numbers_of_deleted_ones_are_not_given_again(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Digits(1))
        gone = keep(service.store, service.artefacts, Digits(2))
        assert service.http.delete(f"/experiments/{gone.experiment.id}").status_code == 204
        keep(service.store, service.artefacts, Digits(3))
        found = service.http.get("/models/mnist/versions").json()["data"]
        assert [version["version"] for version in found] == [3, 1]

    def test_unknown_ones_are_refused_with_those_that_there_are(
        self, service: RunningService
    ) -> None:
        keep(service.store, service.artefacts, Digits())
        for name, told in [("mnist@7", "it has 1"), ("mnist@stable", "its labels: latest")]:
            answer = service.http.post("/predict", json={"model": name, "instances": DIGIT})
            assert told in refusal(answer, 404)["message"]


class TestLabels:
    def test_stable_is_what_the_bare_name_means(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Digits(1), val_accuracy=0.95)
        chosen = keep(service.store, service.artefacts, Digits(2), val_accuracy=0.91)
        answer = service.http.put("/models/mnist/labels/stable", json={"version": 2})
        assert answer.status_code == 200
        assert (answer.json()["run_id"], answer.json()["labels"]) == (chosen.run_id, ["stable"])
        assert service.http.get("/models/mnist").json()["run_id"] == chosen.run_id
        assert answering_run(service, "mnist@stable") == chosen.run_id
        assert service.http.delete("/models/mnist/labels/stable").status_code == 204
        assert service.http.get("/models/mnist").json()["version"] == 1

    def test_that_stands_for_a_model_keeps_its_experiment(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        assert put_label(service, "canary", 1) == 200
        answer = service.http.delete(f"/experiments/{kept.experiment.id}")
        assert "canary" in refusal(answer, 409)["message"]
        assert service.http.delete("/models/mnist/labels/canary").status_code == 204
        assert service.http.delete(f"/experiments/{kept.experiment.id}").status_code == 204

    def test_needs_a_version_that_is_there_and_a_word(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Digits())
        assert put_label(service, "stable", 2) == 404
        for impossible in (0, 1.5, 10**30, "1", True):
            assert put_label(service, "stable", impossible) == 422
        assert put_label(service, "stable", 1.0) == 200
        assert put_label(service, "7", 1) == 422

    def test_promotion_interrupts_nobody(self, service: RunningService) -> None:
        runs = {keep(service.store, service.artefacts, Digits(seed)).run_id for seed in (1, 2)}
        seen: list[str] = []
        enough = threading.Event()

        def ask() -> None:
            while not enough.is_set():
                seen.append(answering_run(service, "mnist@stable"))

        assert put_label(service, "stable", 1) == 200
        asking = threading.Thread(target=ask)
        asking.start()
        try:
            for version in (2, 1, 2):
                before = len(seen)
                assert put_label(service, "stable", version) == 200
                wanted = service.http.get(f"/models/mnist@{version}").json()["run_id"]
                _until_seen(seen, before, wanted)
        finally:
            enough.set()
            asking.join()
        assert set(seen) == runs
