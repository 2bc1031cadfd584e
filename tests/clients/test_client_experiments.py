from uuid import UUID

import httpx2
import numpy as np
import plotly.graph_objects
import pytest

import fitserve
from fitserve import ExperimentSpec

SPEC = {"dataset": "mnist", "training": {"learning_rates": [0.01, 0.1]}}


class TestCreate:
    @pytest.mark.parametrize(
        ("args", "fields"),
        [((SPEC,), {}), ((), SPEC), ((), {**SPEC, "training": {"learning_rates": (0.01, 0.1)}})],
    )
    def test_posts_what_was_given(self, client, service, answers, args, fields):
        service.then(answers.ok(answers.experiment(), 201))
        assert client.experiments.create(*args, **fields).id == "exp_1"
        request = service.requests[0]
        assert (request.method, request.url.path) == ("POST", "/experiments")
        assert request.headers["Content-Type"] == "application/json"
        assert service.bodies == [SPEC]

    def test_takes_a_typed_spec(self, client, service, answers):
        service.then(answers.ok(answers.experiment(), 201))
        spec = ExperimentSpec.model_validate(SPEC)
        client.experiments.create(spec)
        assert ExperimentSpec.model_validate(service.bodies[0]) == spec

    def test_takes_numpy_values(self, client, service, answers):
        service.then(answers.ok(answers.experiment(), 201))
        rates = np.array([0.25, 0.5], np.float32)
        training = {"learning_rates": rates, "epochs": np.int64(3)}
        client.experiments.create(dataset="mnist", training=training)
        assert service.bodies[0]["training"] == {"learning_rates": [0.25, 0.5], "epochs": 3}

    def test_leaves_the_judging_to_the_service(self, client, service, answers):
        service.then(answers.error(422, "epochs: NaN is no number"))
        with pytest.raises(fitserve.BadSpec, match="NaN"):
            client.experiments.create(dataset="nope", training={"epochs": float("nan")})
        assert b"NaN" in service.requests[0].content

    def test_key_is_the_callers_or_a_fresh_one(self, client, service, answers):
        service.then(answers.ok(answers.experiment(), 201))
        client.experiments.create(SPEC, idempotency_key="mine")
        client.experiments.create(SPEC)
        given, made = (request.headers["Idempotency-Key"] for request in service.requests)
        assert given == "mine"
        assert UUID(made).version == 4

    def test_refuses_a_spec_beside_fields(self, client, service):
        with pytest.raises(TypeError, match=r"not both; received a spec and repetitions"):
            client.experiments.create(SPEC, repetitions=4)
        with pytest.raises(TypeError, match="received neither"):
            client.experiments.create()
        assert service.requests == []

    def test_refuses_what_json_cannot_carry(self, client, service):
        with pytest.raises(ValueError, match="object cannot be sent"):
            client.experiments.create(dataset=object())
        assert service.requests == []


class TestRecord:
    def test_is_typed(self, client, service, answers):
        empty = {"layers": [], "images": []}
        record = {"layers": [], "parameters": 7, "trainable_parameters": 5, "start": None}
        service.then(answers.ok({**record, "end": empty}))
        assert client.experiments.record("exp_1", "run_1").parameters == 7
        assert service.requests[0].url.path == "/experiments/exp_1/runs/run_1/record"


class TestChanges:
    def test_figure_is_plotlys_and_takes_options(self, client, service, answers):
        service.then(answers.ok({"data": [{"type": "scatter", "y": [1, 2]}], "layout": {}}))
        figure = client.experiments.figure(
            "exp_1", "learning-curves", runs=True, beside=["exp_2", "exp_3"]
        )
        assert isinstance(figure, plotly.graph_objects.Figure)
        assert figure.data[0].y == (1, 2)
        url = service.requests[0].url
        assert url.path == "/experiments/exp_1/figures/learning-curves"
        assert url.query == b"runs=true&beside=exp_2&beside=exp_3"

    def test_forecast_posts_nothing(self, client, service, answers):
        service.then(
            answers.ok(
                {
                    "cells": 2,
                    "runs": 4,
                    "epochs": 20,
                    "parameters": [79_510],
                    "seconds": 3.5,
                    "basis": "measured",
                    "queue_place": 1,
                }
            )
        )
        forecast = client.experiments.forecast(**SPEC)
        assert (forecast.runs, forecast.seconds) == (4, 3.5)
        assert service.requests[0].url.params["dry_run"] == "true"
        assert service.bodies == [SPEC]

    def test_clone_sends_what_differs(self, client, service, answers):
        service.then(answers.ok(answers.experiment("exp_2"), 201))
        assert client.experiments.clone("exp_1", training={"epochs": 9}).id == "exp_2"
        assert service.requests[0].url.path == "/experiments/exp_1/clone"
        assert UUID(service.requests[0].headers["Idempotency-Key"]).version == 4
        assert service.bodies == [{"training": {"epochs": 9}}]

    def test_extend_sends_what_is_added(self, client, service, answers):
        service.then(answers.ok(answers.experiment()))
        client.experiments.extend("exp_1", repetitions=8)
        client.experiments.extend("exp_1", grid={"seed": np.arange(2)})
        assert service.requests[0].url.path == "/experiments/exp_1/extend"
        assert service.bodies == [{"repetitions": 8}, {"grid": {"seed": [0, 1]}}]

    def test_describe_sends_what_changes(self, client, service, answers):
        service.then(answers.ok(answers.experiment(name="new")))
        assert client.experiments.describe("exp_1", name="new", tags=["a"]).name == "new"
        assert service.requests[0].method == "PATCH"
        assert service.bodies == [{"name": "new", "tags": ["a"]}]

    def test_fields_of_a_newer_service_are_left_out(self, client, service, answers):
        spec = {"dataset": "mnist", "training": {"epochs": 5, "warp": 9}, "precision": "float16"}
        service.then(answers.ok(answers.experiment(spec=spec)))
        assert client.experiments.retrieve("exp_1").spec.training.epochs == 5


class TestOneExperiment:
    def test_retrieve(self, client, service, answers):
        service.then(answers.ok(answers.experiment()))
        experiment = client.experiments.retrieve("exp_1")
        assert experiment.spec.dataset == "mnist"
        assert experiment.runs.queued == 2
        assert service.requests[0].url.path == "/experiments/exp_1"

    def test_id_is_one_segment_whatever_it_holds(self, client, service, answers):
        service.then(answers.error(404))
        with pytest.raises(fitserve.NotFound):
            client.experiments.retrieve("a/b?c")
        assert service.requests[0].url.raw_path == b"/experiments/a%2Fb%3Fc"

    def test_metrics(self, client, service, answers):
        run = {
            "run_id": "run_1",
            "cell": 0,
            "config": {"learning_rate": 0.1},
            "repetition": 0,
            "seed": 7,
            "status": "succeeded",
            "attempt": 1,
            "epochs": [{"epoch": 1, "loss": 0.5}],
        }
        service.then(answers.ok({"experiment_id": "exp_1", "runs": [run]}))
        assert client.experiments.metrics("exp_1").runs[0].epochs[0].loss == 0.5
        assert service.requests[0].url.path == "/experiments/exp_1/metrics"

    def test_summary(self, client, service, answers):
        figures = {"accuracy": answers.spread(0.9798, 0.0003)}
        cell = answers.cell(0, 0.1, figures, requested=2, trained=2)
        service.then(answers.ok(answers.summary([cell], best_cell=0)))
        summary = client.experiments.summary("exp_1")
        assert summary.cells[0].figures["accuracy"].std == 0.0003
        assert service.requests[0].url.path == "/experiments/exp_1/summary"

    def test_cancel(self, client, service, answers):
        service.then(answers.ok(answers.experiment(status="cancelled")))
        assert client.experiments.cancel("exp_1").status == "cancelled"
        request = service.requests[0]
        assert (request.method, request.url.path) == ("POST", "/experiments/exp_1/cancel")

    def test_delete_while_it_runs(self, client, service, answers):
        service.then(answers.error(409, "exp_1 is running; cancel it first"))
        with pytest.raises(fitserve.Conflict, match="cancel it first"):
            client.experiments.delete("exp_1")


class TestExport:
    @pytest.mark.parametrize(
        ("form", "name"), [("csv", "exp_1.csv"), ("mlflow", "exp_1-mlflow.zip")]
    )
    def test_into_a_folder(self, client, service, tmp_path, form, name):
        service.then(httpx2.Response(200, content=b"figures"))
        assert client.experiments.export("exp_1", form, tmp_path) == tmp_path / name
        assert (tmp_path / name).read_bytes() == b"figures"
        asked = service.requests[0].url
        assert str(asked) == f"http://service/experiments/exp_1/export?format={form}"

    def test_of_an_experiment_to_a_file(self, client, service, answers, tmp_path):
        service.then(answers.ok(answers.experiment()), httpx2.Response(200, content=b"figures"))
        stored = client.experiments.retrieve("exp_1").export("csv", tmp_path / "mine.csv")
        assert stored.read_bytes() == b"figures"


class Pages:
    """A service with `count` experiments, which honours `limit` and `after`."""

    def __init__(self, answers, count):
        self.answers = answers
        self.ids = [f"exp_{number}" for number in range(count)]

    def __call__(self, request):
        limit, after = int(request.url.params["limit"]), request.url.params.get("after")
        start = self.ids.index(after) + 1 if after else 0
        found = self.ids[start : start + limit]
        data = [self.answers.experiment(experiment_id) for experiment_id in found]
        more = start + limit < len(self.ids)
        return self.answers.ok({"object": "list", "data": data, "has_more": more})


class TestList:
    @pytest.mark.parametrize(("count", "pages"), [(0, 1), (99, 1), (100, 1), (101, 2), (250, 3)])
    def test_yields_all_pages(self, client, service, answers, count, pages):
        everything = Pages(answers, count)
        service.then(everything)
        assert [found.id for found in client.experiments.list()] == everything.ids
        assert len(service.requests) == pages

    @pytest.mark.parametrize(("limit", "requests"), [(0, 0), (1, 1), (100, 1), (120, 2), (300, 3)])
    def test_limit_is_of_all_pages_together(self, client, service, answers, limit, requests):
        everything = Pages(answers, 250)
        service.then(everything)
        found = [found.id for found in client.experiments.list(limit=limit)]
        assert found == everything.ids[:limit]
        assert len(service.requests) == requests

    def test_asks_for_a_page_only_when_it_is_wanted(self, client, service, answers):
        service.then(Pages(answers, 250))
        listing = client.experiments.list()
        assert service.requests == []
        assert next(listing).id == "exp_0"
        assert len(service.requests) == 1

    def test_filters_go_along_to_every_page(self, client, service, answers):
        service.then(Pages(answers, 150))
        found = list(client.experiments.list(after="exp_9", status="failed", dataset="mnist"))
        assert found[0].id == "exp_10"
        assert [dict(request.url.params) for request in service.requests] == [
            {"limit": "100", "after": "exp_9", "status": "failed", "dataset": "mnist"},
            {"limit": "100", "after": "exp_109", "status": "failed", "dataset": "mnist"},
        ]
