"""POST /predict with real ONNX files: by every name, in every form, and never from a wrong file."""

import base64
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fitserve_core.artefacts import Artefacts
from fitserve_core.store import StoredFile
from fitserve_core.store.models import Models
from fitserve_service.predict import sessions
from support import stories
from support.perceptrons import Digits, IsDigit, Line, keep
from support.refusals import refusal
from support.serving import RunningService
from support.waiting import until

PIXELS = np.random.default_rng(7).integers(0, 256, (3, 784)).astype(np.uint8)


def _ask(service: RunningService, model: str, instances: list[Any]) -> dict[str, Any]:
    answer = service.http.post("/predict", json={"model": model, "instances": instances})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _png(pixels: Any) -> dict[str, str]:
    file = io.BytesIO()
    Image.fromarray(pixels.reshape(28, 28)).save(file, "PNG")
    return {"b64": base64.b64encode(file.getvalue()).decode()}


class TestName:
    def test_may_be_a_data_set_an_experiment_or_a_run(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        expected = Digits().probabilities(PIXELS.astype(np.float32))
        for name in ("mnist", kept.experiment.id, kept.run_id):
            found = _ask(service, name, PIXELS.tolist())
            assert (found["model"], found["run_id"]) == (name, kept.run_id)
            given = [answer["probabilities"] for answer in found["predictions"]]
            np.testing.assert_allclose(given, expected, atol=1e-6)
            labels = [answer["label"] for answer in found["predictions"]]
            assert labels == expected.argmax(axis=1).tolist()

    def test_of_a_data_set_means_its_best_kept_model(self, service: RunningService) -> None:
        best = keep(service.store, service.artefacts, Digits(1), val_accuracy=0.95)
        keep(service.store, service.artefacts, Digits(2), val_accuracy=0.91)
        assert _ask(service, "mnist", PIXELS.tolist())["run_id"] == best.run_id

    def test_may_have_a_target(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, IsDigit((3,)))
        expected = IsDigit((3,)).probabilities(PIXELS.astype(np.float32))
        for name in ("mnist-is-3", kept.experiment.id, kept.run_id):
            found = _ask(service, name, PIXELS.tolist())
            assert (found["model"], found["run_id"]) == (name, kept.run_id)
            assert [set(one) for one in found["predictions"]] == [{"positive", "probability"}] * 3
            given = [one["probability"] for one in found["predictions"]]
            np.testing.assert_allclose(given, expected, atol=1e-6)
            positives = [one["positive"] for one in found["predictions"]]
            assert positives == (expected > 0.5).tolist()
        assert len(set(positives)) == 2

    def test_of_a_data_set_never_means_a_model_of_a_target(self, service: RunningService) -> None:
        whole = keep(service.store, service.artefacts, Digits(), val_accuracy=0.91)
        keep(service.store, service.artefacts, IsDigit((3,)), val_accuracy=0.99)
        odd = keep(service.store, service.artefacts, IsDigit((9, 7, 5, 3, 1)), val_accuracy=0.95)
        assert _ask(service, "mnist", PIXELS.tolist())["run_id"] == whole.run_id
        assert _ask(service, "mnist-is-1-3-5-7-9", PIXELS.tolist())["run_id"] == odd.run_id

    def test_of_a_data_set_passes_to_a_better_model(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Digits(1), val_accuracy=0.91)
        _ask(service, "mnist", PIXELS.tolist())
        better = keep(service.store, service.artefacts, Digits(2), val_accuracy=0.95)
        until(lambda: _ask(service, "mnist", [[0] * 784])["run_id"] == better.run_id, 3)
        given = _ask(service, "mnist", PIXELS.tolist())["predictions"]
        expected = Digits(2).probabilities(PIXELS.astype(np.float32))
        np.testing.assert_allclose([one["probabilities"] for one in given], expected, atol=1e-6)

    def test_of_a_deleted_experiment_is_forgotten(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        _ask(service, kept.experiment.id, PIXELS.tolist())
        service.http.delete(f"/experiments/{kept.experiment.id}").raise_for_status()
        body = {"model": kept.experiment.id, "instances": PIXELS.tolist()}
        until(lambda: service.http.post("/predict", json=body).status_code == 404, 3)

    @pytest.mark.parametrize(
        "name",
        ["cifar", "exp_nobody", "run_nobody", "", "m" * 100_000, "mnist-is-10", "eckerle4-is-3"],
    )
    def test_unknown_is_not_found(self, shared_service: RunningService, name: str) -> None:
        body = {"model": name, "instances": [[0] * 784]}
        error = refusal(shared_service.http.post("/predict", json=body), 404)
        assert (error["param"], error["received"][:200]) == ("model", name[:200])


class TestNoModelYet:
    def _conflict(self, service: RunningService, name: str) -> str:
        body = {"model": name, "instances": [[0] * 784]}
        error = refusal(service.http.post("/predict", json=body), 409)
        assert (error["param"], error["received"]) == ("model", name)
        return str(error["message"])

    @pytest.mark.parametrize("name", ["mnist", "mnist-is-4"])
    def test_name_without_a_model_says_what_to_do(self, service: RunningService, name: str) -> None:
        keep(service.store, service.artefacts, IsDigit((3,)))
        assert f"no model '{name}' is kept yet; post an exp" in self._conflict(service, name)

    def test_unfinished_experiment_says_what_to_wait_for(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        assert "it is queued; wait until its status is succeeded" in self._conflict(
            service, experiment.id
        )
        claim = stories.take(service.store)
        assert "it is running; wait" in self._conflict(service, experiment.id)
        assert "it is running" in self._conflict(service, claim.run_id)

    def test_experiment_that_kept_none_says_why(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        claim = stories.take(service.store)
        stories.succeed(service.store, claim, stories.DIVERGED, val_accuracy=None)
        assert "the loss of epoch 2 is not finite" in self._conflict(service, experiment.id)

    def test_cancelled_experiment_says_so(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        service.store.experiments.cancel(experiment.id)
        assert "it was cancelled" in self._conflict(service, experiment.id)


class TestDigits:
    def test_every_form_of_a_digit_gets_the_same_answer(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Digits())
        flat = PIXELS[0].tolist()
        square = PIXELS[0].reshape(28, 28).tolist()
        each = [_ask(service, "mnist", [form]) for form in (flat, square, _png(PIXELS[0]))]
        together = _ask(service, "mnist", [_png(PIXELS[0]), square, flat])
        answers = [*(one["predictions"][0] for one in each), *together["predictions"]]
        assert len(answers) == 6
        for answer in answers:
            assert answer["label"] == answers[0]["label"]
            np.testing.assert_allclose(
                answer["probabilities"], answers[0]["probabilities"], atol=1e-6
            )

    def test_large_request_is_answered_as_small_ones(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Digits())
        one = _ask(service, "mnist", PIXELS[:1].tolist())["predictions"][0]
        many = _ask(service, "mnist", PIXELS[:1].tolist() * 500)["predictions"]
        assert len(many) == 500
        np.testing.assert_allclose(
            [answer["probabilities"] for answer in many],
            [one["probabilities"]] * 500,
            atol=1e-6,
        )


class TestWavelengths:
    def test_are_answered_in_the_datas_own_units(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Line(0.002))
        found = _ask(service, "eckerle4", [400, 451.5, [500.0]])
        values = [answer["value"] for answer in found["predictions"]]
        assert values == pytest.approx([0.0, 0.103, 0.2], abs=1e-6)
        assert set(found["predictions"][0]) == {"value"}


class TestFile:
    def test_changed_on_disk_never_answers(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Digits(1))
        Digits(2).write(kept.file)  # a good model, but not this run's
        answer = service.http.post(
            "/predict", json={"model": kept.run_id, "instances": PIXELS.tolist()}
        )
        assert "SHA-256" in refusal(answer, 503)["message"]
        assert int(answer.headers["retry-after"]) > 0

    def test_missing_is_told(self, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Digits(1))
        kept.file.unlink()
        answer = service.http.post(
            "/predict", json={"model": kept.run_id, "instances": PIXELS.tolist()}
        )
        assert "missing" in refusal(answer, 503)["message"]

    def test_run_without_one_is_told(self, service: RunningService) -> None:
        stories.post(service.store)
        claim = stories.take(service.store)
        stories.succeed(service.store, claim, files=[])
        body = {"model": claim.run_id, "instances": PIXELS.tolist()}
        assert (
            "no stored model file"
            in refusal(service.http.post("/predict", json=body), 503)["message"]
        )


class TestLoadedModels:
    def test_are_read_from_their_file_once(
        self, service: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        read: list[str] = []
        verified = Artefacts.verified

        def watched(artefacts: Artefacts, path: str, sha256: str) -> Any:
            read.append(path)
            return verified(artefacts, path, sha256)

        monkeypatch.setattr(Artefacts, "verified", watched)
        monkeypatch.setattr(sessions, "RESOLVED_FOR_SECONDS", 0)
        for name in ("mnist", kept.experiment.id, kept.run_id, "mnist"):
            _ask(service, name, PIXELS.tolist())
        assert len(read) == 1

    def test_are_read_once_for_all_who_ask_first(
        self, service: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        read: list[str] = []
        asked = threading.Barrier(5)
        verified, resolve = Artefacts.verified, Models.resolve

        def together(models: Models, name: str) -> Any:
            asked.wait(10)
            return resolve(models, name)

        def watched(artefacts: Artefacts, path: str, sha256: str) -> Any:
            read.append(path)
            return verified(artefacts, path, sha256)

        monkeypatch.setattr(sessions, "RESOLVED_FOR_SECONDS", 60)
        monkeypatch.setattr(Models, "resolve", together)
        monkeypatch.setattr(Artefacts, "verified", watched)
        names = ["mnist", "mnist@1", "mnist@latest", kept.experiment.id, kept.run_id]
        with ThreadPoolExecutor(10) as pool:
            found = list(pool.map(lambda name: _ask(service, name, PIXELS.tolist()), names * 2))
        assert {one["run_id"] for one in found} == {kept.run_id}
        assert len(read) == 1

    def test_more_than_are_kept_all_answer_as_themselves(
        self, service: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sessions, "LOADED_BYTES", 2 * sessions.SESSION_BYTES + 100_000)
        kept = [keep(service.store, service.artefacts, Digits(seed)) for seed in range(5)]
        expected = [Digits(seed).probabilities(PIXELS.astype(np.float32)) for seed in range(5)]
        failures: list[BaseException] = []

        def ask(first: int) -> None:
            try:
                for turn in range(10):
                    seed = (first + turn) % 5
                    found = _ask(service, kept[seed].run_id, PIXELS.tolist())["predictions"]
                    given = [one["probabilities"] for one in found]
                    np.testing.assert_allclose(given, expected[seed], atol=1e-6)
            except BaseException as failure:
                failures.append(failure)

        askers = [threading.Thread(target=ask, args=(first,)) for first in range(5)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        assert failures == []


class TestSpread:
    def test_is_over_the_runs_of_the_cell(self, service: RunningService) -> None:
        experiment = stories.post(service.store, repetitions=3, dataset="eckerle4")
        for slope in (0.001, 0.002, 0.006):
            claim = stories.take(service.store)
            path = f"{experiment.id}/{claim.run_id}/1/model.onnx"
            sha256, size = service.artefacts.write(path, Line(slope).write)
            file = StoredFile("onnx", path, sha256, size)
            stories.succeed(service.store, claim, files=[file])
        body = {"model": "eckerle4", "instances": [500.0, 400.0], "spread": True}
        found = service.http.post("/predict", json=body).raise_for_status().json()["spread"]
        assert [one["runs"] for one in found] == [3, 3]
        assert found[0]["mean"] == pytest.approx([0.3])
        assert found[0]["std"] == pytest.approx([np.std([0.1, 0.2, 0.6], ddof=1)])
        assert (found[1]["mean"], found[1]["std"]) == ([0], [0])

    def test_of_one_run_is_none(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Digits())
        body = {"model": "mnist", "instances": PIXELS[:1].tolist(), "spread": True}
        found = service.http.post("/predict", json=body).raise_for_status().json()
        [one] = found["spread"]
        assert (one["runs"], one["std"]) == (1, None)
        assert one["mean"] == pytest.approx(found["predictions"][0]["probabilities"], abs=1e-6)

    def test_is_asked_for_with_true_or_false(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Line())
        body = {"model": "eckerle4", "instances": [450.0], "spread": "yes"}
        answer = service.http.post("/predict", json=body)
        assert answer.status_code == 422
        assert answer.json()["error"]["param"] == "spread"
