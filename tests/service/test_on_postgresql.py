"""What a service on PostgreSQL might do otherwise than one on SQLite."""

import json
from collections.abc import Iterator

import pytest

from fitserve_core.settings import Settings
from support import stories
from support.perceptrons import Line, keep
from support.postgresql import emptied
from support.refusals import refusal
from support.serving import RunningService, running_service
from support.sse import streaming


@pytest.fixture
def service(postgresql: str, settings: Settings) -> Iterator[RunningService]:
    """A service of the test's own, on an empty PostgreSQL."""
    on_postgresql = settings.model_copy(update={"database_url": emptied(postgresql)})
    with running_service(on_postgresql) as running:
        yield running


class TestText:
    def test_with_a_nul_is_refused(self, service: RunningService) -> None:
        answer = service.http.post("/experiments", json={"dataset": "mnist", "name": "a\0b"})
        assert "NUL" in refusal(answer, 422)["message"]
        assert service.http.get("/experiments").json()["data"] == []

    @pytest.mark.parametrize(
        "path", ["/experiments/%00", "/experiments?after=%00", "/models/run_%00"]
    )
    def test_with_a_nul_is_refused_in_addresses(self, service: RunningService, path: str) -> None:
        refusal(service.http.get(path), 422)

    def test_with_a_nul_is_refused_as_a_models_name(self, service: RunningService) -> None:
        body = {"model": "exp_\0", "instances": [1]}
        refusal(service.http.post("/predict", json=body), 422)


class TestEvents:
    def test_numbers_beyond_a_column_are_only_late(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        path = f"/experiments/{experiment.id}/events?after={2**63 - 1}"
        assert service.http.get(path).json()["data"] == []

    def test_are_streamed_as_they_are_written(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        with streaming(service.http, f"/experiments/{experiment.id}/events") as frames:
            seen = [next(frames)]
            stories.train(service.store)
            seen += frames
        page = service.http.get(f"/experiments/{experiment.id}/events").json()["data"]
        assert [json.loads(frame.data) for frame in seen] == page
        assert page[-1]["type"] == "experiment.succeeded"


class TestModels:
    def test_answer(self, service: RunningService) -> None:
        keep(service.store, service.artefacts, Line())
        example = service.http.get("/models/eckerle4").json()["example"]
        answer = service.http.post("/predict", json=example).json()
        assert answer["predictions"][0]["value"] == pytest.approx(0.103, abs=1e-6)
