"""GET …/runs/{id}/record: a finished run's record, or why there is none."""

from pathlib import Path

import pytest

from fitserve_core.records import Histogram, LayerWeights, RunRecord, Weights
from fitserve_core.store import Claim, StoredFile
from support import stories
from support.serving import RunningService

NOTHING = Histogram(edges=[], counts=[])
END = Weights(layers=[LayerWeights(name="output", kernel=NOTHING, bias=NOTHING)], images=[])
RECORD = RunRecord(layers=[], parameters=7, trainable_parameters=5, start=None, end=END)


def recorded(service: RunningService) -> Claim:
    """Tell of a run that ended with a record."""
    stories.post(service.store)
    claim = stories.take(service.store)
    path = f"{claim.experiment_id}/{claim.run_id}/1/record.json"

    def fill(file: Path) -> None:
        file.write_text(RECORD.model_dump_json())

    sha256, size = service.thread.parts.artefacts.write(path, fill)
    files = [StoredFile("record", path, sha256, size)]
    stories.succeed(service.store, claim, files=files)
    return claim


class TestRecord:
    def test_is_answered_as_it_was_written(self, service: RunningService) -> None:
        claim = recorded(service)
        path = f"/experiments/{claim.experiment_id}/runs/{claim.run_id}/record"
        answer = service.http.get(path)
        assert answer.status_code == 200
        assert RunRecord.model_validate(answer.json()) == RECORD

    def test_is_there_at_the_runs_end(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        claim = stories.take(service.store)
        answer = service.http.get(f"/experiments/{experiment.id}/runs/{claim.run_id}/record")
        assert answer.status_code == 409
        assert "it is running" in answer.json()["error"]["message"]

    def test_of_a_run_of_another_experiment_is_not_found(self, service: RunningService) -> None:
        claim = recorded(service)
        other = stories.post(service.store)
        answer = service.http.get(f"/experiments/{other.id}/runs/{claim.run_id}/record")
        assert answer.status_code == 404
        assert answer.json()["error"]["param"] == "run_id"

    def test_that_an_old_version_did_not_write_is_told(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        claim = stories.train(service.store)
        answer = service.http.get(f"/experiments/{experiment.id}/runs/{claim.run_id}/record")
        assert answer.status_code == 404
        assert "trained by a version that wrote none" in answer.json()["error"]["message"]

    @pytest.mark.parametrize("experiment_id", ["exp_nobody", "a b"])
    def test_of_no_experiment_names_it(
        self, shared_service: RunningService, experiment_id: str
    ) -> None:
        answer = shared_service.http.get(f"/experiments/{experiment_id}/runs/run_1/record")
        assert answer.status_code == 404
        assert answer.json()["error"]["received"] == experiment_id
