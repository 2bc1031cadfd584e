"""A request's id: taken where it is a word, made where it is none, and in every line."""

import logging

import pytest

from fitserve_core import logs
from fitserve_core.store.models import Models
from support.perceptrons import Line, keep
from support.serving import RunningService
from support.waiting import until


class TestId:
    def test_is_the_clients(self, shared_service: RunningService) -> None:
        given = {"X-Request-ID": "0af7-65.B_9"}
        for path in ("/experiments", "/experiments/exp_nobody", "/nowhere"):
            answer = shared_service.http.get(path, headers=given)
            assert answer.headers["x-request-id"] == "0af7-65.B_9"

    @pytest.mark.parametrize("given", ["", "two words", "x" * 129, "ü", '{"a": 1}'])
    def test_is_a_new_one_where_the_clients_is_no_word(
        self, shared_service: RunningService, given: str
    ) -> None:
        answers = [
            shared_service.http.get("/experiments", headers={b"X-Request-ID": given.encode()})
            for _ in range(2)
        ]
        first, second = (answer.headers["x-request-id"] for answer in answers)
        assert first != second
        assert {len(first), len(second)} == {32}

    def test_is_in_the_answer_to_what_the_service_failed_at(
        self, service: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("broken")

        monkeypatch.setattr(Models, "resolve", fail)
        body = {"model": "mnist", "instances": [[0] * 784]}
        given = {"X-Request-ID": "mine"}
        for answer in (
            service.http.post("/predict", json=body, headers=given),
            service.http.get("/models/mnist", headers=given),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (500, "error")
            assert answer.headers["x-request-id"] == "mine"
            assert answer.headers["x-content-type-options"] == "nosniff"


class TestLine:
    def test_tells_how_a_request_was_answered(
        self, shared_service: RunningService, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "fitserve_service.requests")
        caplog.handler.setFormatter(logs.AsJson("api"))
        headers = {"X-Request-ID": "mine", "Authorization": "Bearer fs_secret-of-mine"}
        shared_service.http.get("/experiments/exp_nobody/summary?key=s3cret", headers=headers)
        shared_service.http.get("/healthz")
        [record] = [one for one in caplog.records if one.name == "fitserve_service.requests"]
        fields = record.fields  # type: ignore[attr-defined]
        assert fields.pop("seconds") > 0
        assert fields == {
            "method": "GET",
            "path": "/experiments/exp_nobody/summary",
            "status": 404,
            "experiment_id": "exp_nobody",
        }
        assert '"request_id": "mine"' in caplog.text
        assert "s3cret" not in caplog.text
        assert "fs_secret" not in caplog.text

    def test_tells_of_predictions_that_succeed_to_who_debugs_alone(
        self, service: RunningService, caplog: pytest.LogCaptureFixture
    ) -> None:
        keep(service.store, service.artefacts, Line())
        body = {"model": "eckerle4", "instances": [450.0]}

        def seen() -> list[int]:
            lines = [one for one in caplog.records if one.name == "fitserve_service.requests"]
            return [one.fields["status"] for one in lines]  # type: ignore[attr-defined]

        for level, told in ((logging.INFO, [404]), (logging.DEBUG, [200, 404])):
            with caplog.at_level(level, "fitserve_service.requests"):
                service.http.post("/predict", json=body)
                service.http.post("/predict", json=body | {"model": "nobody"})
                # A request is logged after its answer.
                until(lambda: 404 in seen(), 10)
            assert seen() == told
            caplog.clear()
