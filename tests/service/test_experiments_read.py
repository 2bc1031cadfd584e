"""GET /experiments…: lists, one, metrics and summaries, as a worker has filled them."""

import csv
import io
from statistics import fmean, stdev

import pytest

from fitserve_core.results import Metrics
from fitserve_core.store import histories
from support import stories
from support.serving import RunningService


def _ids(service: RunningService, **query: object) -> list[str]:
    answer = service.http.get("/experiments", params=query)
    assert answer.status_code == 200, answer.text
    return [experiment["id"] for experiment in answer.json()["data"]]


class TestList:
    def test_is_empty_before_the_first(self, service: RunningService) -> None:
        answer = service.http.get("/experiments").json()
        assert answer == {"object": "list", "data": [], "has_more": False}

    def test_pages_from_the_newest_to_the_oldest(self, service: RunningService) -> None:
        posted = [stories.post(service.store).id for _ in range(5)]
        seen: list[str] = []
        sizes = []
        query: dict[str, object] = {"limit": 2}
        for _ in range(len(posted)):
            page = service.http.get("/experiments", params=query).json()
            seen += [experiment["id"] for experiment in page["data"]]
            sizes.append(len(page["data"]))
            if not page["has_more"]:
                break
            query["after"] = seen[-1]
        assert seen == sorted(posted, reverse=True)
        assert sizes == [2, 2, 1]

    def test_full_last_page_has_no_more(self, service: RunningService) -> None:
        for _ in range(2):
            stories.post(service.store)
        assert service.http.get("/experiments?limit=2").json()["has_more"] is False

    def test_filters_by_status_data_set_and_tag(self, service: RunningService) -> None:
        digits = stories.post(service.store).id
        stories.train(service.store)
        line = stories.post(service.store, dataset="eckerle4").id
        assert _ids(service, status="succeeded") == [digits]
        assert _ids(service, status="queued") == [line]
        assert _ids(service, dataset="eckerle4") == [line]
        assert _ids(service, dataset="mnist", status="queued") == []
        service.store.experiments.describe(line, {"tags": ["thesis"]})
        assert _ids(service, tag="thesis") == [line]
        assert _ids(service, tag="thesis", status="succeeded") == []

    @pytest.mark.parametrize(
        ("query", "param"),
        [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=many", "limit"),
            (f"limit={10**400}", "limit"),
            ("status=done", "status"),
            ("dataset=cifar", "dataset"),
            ("tag=", "tag"),
        ],
    )
    def test_refuses_impossible_queries(
        self, shared_service: RunningService, query: str, param: str
    ) -> None:
        answer = shared_service.http.get(f"/experiments?{query}")
        assert answer.status_code == 422
        error = answer.json()["error"]
        assert (error["code"], error["param"]) == ("invalid_input", param)
        assert error["received"] == query.partition("=")[2][:200] + "…" * (len(query) > 300)


class TestGet:
    def test_tells_how_far_the_runs_are(self, service: RunningService) -> None:
        experiment = stories.post(service.store, repetitions=2)
        claim = stories.take(service.store)
        service.store.claims.record(claim, stories.figures(1, 2), stories.CHECKPOINT)
        found = service.http.get(f"/experiments/{experiment.id}").json()
        assert found["status"] == "running"
        assert (found["runs"]["running"], found["runs"]["queued"]) == (1, 1)
        assert found["progress"]["epochs_done"] == 2
        assert found["progress"]["fraction"] == pytest.approx(2 / 6)
        assert found["created_at"] <= found["started_at"]
        assert found["finished_at"] is None

    def test_tells_the_kept_model(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        claim = stories.train(service.store)
        found = service.http.get(f"/experiments/{experiment.id}").json()
        assert found["status"] == "succeeded"
        kept = {"run_id": claim.run_id, "cell": 0, "figure": "val_accuracy", "value": 0.9}
        assert found["kept_model"] == kept

    def test_tells_why_it_failed(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        service.store.claims.fail(stories.take(service.store), "no memory")
        found = service.http.get(f"/experiments/{experiment.id}").json()
        assert (found["status"], found["error"]) == (
            "failed",
            "every run failed; the first: no memory",
        )


class TestMetrics:
    def test_has_every_run_and_epoch(self, service: RunningService) -> None:
        experiment = stories.post(service.store, learning_rates=(0.01, 0.1))
        stories.train(service.store)
        metrics = service.http.get(f"/experiments/{experiment.id}/metrics").json()
        assert metrics["experiment_id"] == experiment.id
        ended, waiting = metrics["runs"]
        assert [run["config"]["learning_rate"] for run in metrics["runs"]] == [0.01, 0.1]
        assert [(e["epoch"], e["loss"]) for e in ended["epochs"]] == [(1, 1), (2, 0.5), (3, 1 / 3)]
        assert ended["final"]["test_accuracy"] == 0.8
        assert ended["verdict"]["name"] == "trained"
        assert ended["artefacts"] == [{"kind": "onnx", "sha256": "0" * 64, "bytes": 10}]
        assert (waiting["status"], waiting["epochs"], waiting["final"]) == ("queued", [], None)

    def test_is_sent_in_pieces_that_make_the_same_whole(
        self, service: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(histories, "RUNS_AT_ONCE", 2)
        monkeypatch.setattr(histories, "EPOCHS_AT_ONCE", 3)
        monkeypatch.setattr(histories, "FEW_EPOCHS", 2)
        experiment = stories.post(service.store, repetitions=4)
        for epochs in (7, 2, 0):
            stories.train(service.store, epochs=epochs)
        answer = service.http.get(f"/experiments/{experiment.id}/metrics")
        assert answer.headers["content-type"] == "application/json"
        runs = stories.runs(service.store, experiment.id)
        whole = Metrics(experiment_id=experiment.id, runs=runs)
        assert answer.json() == whole.model_dump(mode="json")

    def test_csv_has_a_line_for_each_run_and_epoch(self, service: RunningService) -> None:
        experiment = stories.post(service.store, repetitions=2, learning_rates=(0.01, 0.1))
        for _ in range(3):
            stories.train(service.store)
        path = f"/experiments/{experiment.id}/metrics"
        answer = service.http.get(path, params={"format": "csv"})
        assert answer.headers["content-type"].startswith("text/csv")
        lines = list(csv.DictReader(io.StringIO(answer.text)))
        runs = service.http.get(path).json()["runs"]
        expected = [(run["run_id"], str(e["epoch"])) for run in runs for e in run["epochs"]]
        assert len(expected) == 9
        assert [(line["run_id"], line["epoch"]) for line in lines] == expected
        first = runs[0]
        assert (lines[0]["seed"], lines[0]["verdict"]) == (str(first["seed"]), "trained")
        assert float(lines[0]["config.learning_rate"]) == 0.01
        assert float(lines[2]["loss"]) == first["epochs"][2]["loss"]
        assert lines[0]["val_loss"] == ""

    def test_csv_of_a_queued_experiment_has_only_a_head(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        answer = service.http.get(f"/experiments/{experiment.id}/metrics?format=csv")
        assert list(csv.DictReader(io.StringIO(answer.text))) == []
        assert answer.text.startswith("run_id,cell,repetition,seed,")

    def test_refuses_an_unknown_format(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        answer = service.http.get(f"/experiments/{experiment.id}/metrics?format=xlsx")
        assert answer.status_code == 422
        assert answer.json()["error"]["param"] == "format"


class TestSummary:
    def test_takes_mean_and_standard_deviation_of_each_cell(self, service: RunningService) -> None:
        experiment = stories.post(service.store, repetitions=3, learning_rates=(0.01, 0.1))
        accuracies = {0.01: iter((0.80, 0.82, 0.90)), 0.1: iter((0.95, 0.93))}
        for _ in range(5):
            claim = stories.take(service.store)
            value = next(accuracies[claim.plan.learning_rate])
            stories.succeed(service.store, claim, val_accuracy=value)
        last = stories.take(service.store)
        stories.succeed(service.store, last, stories.DIVERGED, val_accuracy=None)
        summary = service.http.get(f"/experiments/{experiment.id}/summary").json()
        assert (summary["status"], summary["deciding_figure"]) == ("succeeded", "val_accuracy")
        low, high = summary["cells"]
        spread = low["figures"]["val_accuracy"]
        assert spread["mean"] == pytest.approx(fmean([0.80, 0.82, 0.90]))
        assert spread["std"] == pytest.approx(stdev([0.80, 0.82, 0.90]))
        assert (spread["min"], spread["max"], spread["n"]) == (0.80, 0.90, 3)
        assert (high["n"]["requested"], high["n"]["trained"], high["n"]["diverged"]) == (3, 2, 1)
        assert (low["unstable"], high["unstable"]) == (False, True)
        assert summary["best_cell"] == 1
        assert summary["kept_model"]["value"] == 0.95

    def test_of_a_queued_experiment_counts_what_is_missing(self, service: RunningService) -> None:
        experiment = stories.post(service.store, repetitions=2)
        summary = service.http.get(f"/experiments/{experiment.id}/summary").json()
        assert summary["cells"][0]["n"]["unfinished"] == 2
        assert (summary["best_cell"], summary["kept_model"]) == (None, None)


class TestUnknownExperiment:
    @pytest.mark.parametrize(
        "call",
        [
            "GET /experiments/exp_nobody",
            "GET /experiments/exp_nobody/metrics",
            "GET /experiments/exp_nobody/metrics?format=csv",
            "GET /experiments/exp_nobody/summary",
            "GET /experiments/exp_nobody/events",
            "POST /experiments/exp_nobody/cancel",
            "DELETE /experiments/exp_nobody",
        ],
    )
    def test_is_not_found_by_its_id(self, shared_service: RunningService, call: str) -> None:
        method, _, path = call.partition(" ")
        answer = shared_service.http.request(method, path)
        assert answer.status_code == 404
        assert answer.json()["error"] == {
            "code": "not_found",
            "message": "no experiment 'exp_nobody'",
            "param": "id",
            "received": "exp_nobody",
        }
