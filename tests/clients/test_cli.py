import json
import os
import subprocess
import sys

import httpx2
import pytest


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text("dataset: mnist\ntraining: {learning_rates: [1e-3, 0.1], epochs: 5}\n")
    return str(path)


@pytest.fixture
def trained(service, answers, summary):
    service.then(
        answers.ok(answers.experiment(status="queued"), 201),
        answers.ok(answers.experiment()),
        answers.stream(answers.event(1, "experiment.succeeded")),
        answers.ok(answers.experiment(status="succeeded")),
        answers.ok(summary),
    )


class TestExtend:
    @pytest.mark.usefixtures("trained")
    def test_posts_waits_and_prints_the_table(self, fitserve, service):
        added = "training.learning_rates=[1e-3, 0.5]"
        run = fitserve("extend", "exp_1", "--repetitions", "8", "--add", added)
        assert run.exit_code == 0, run.output
        assert "0.9798 ± 0.0003" in run.stdout
        assert service.requests[0].url.path == "/experiments/exp_1/extend"
        posted = json.loads(service.requests[0].content)
        assert posted == {"repetitions": 8, "grid": {"training.learning_rates": [0.001, 0.5]}}

    @pytest.mark.parametrize("added", ["seed", "seed=3", "seed=[1"])
    def test_values_that_are_no_list_are_refused(self, fitserve, service, added):
        run = fitserve("extend", "exp_1", "--add", added)
        assert run.exit_code == 2
        assert "training.learning_rates=[0.5]" in " ".join(run.output.split())
        assert service.requests == []


STEP = {
    "outputs": [[2.0]],
    "loss": 0.5,
    "updated_loss": None,
    "layers": [
        {
            "name": "output", "z": [[2.0]], "a": [[2.0]], "deltas": [[1.0]],
            "weight_gradients": [[-2.5]], "bias_gradients": [-0.5],
            "updated_weights": [[1.25]], "updated_biases": [-1.75],
        }
    ],
    "first_bias_factors": [{"name": "σ′(z1)", "value": 1.0}, {"name": "∂C/∂a1", "value": -0.5}],
}  # fmt: skip


class TestExplain:
    def test_shows_every_layer(self, fitserve, service, answers):
        service.then(answers.ok(STEP))
        run = fitserve("explain", "--preset", "chain-relu")
        assert run.exit_code == 0, run.output
        assert "loss 0.5, after the step not finite" in run.stdout
        assert "-1.75" in run.stdout
        assert "σ′(z1) · ∂C/∂a1" in run.stdout
        assert service.bodies == [{"preset": "chain-relu"}]

    def test_reads_a_file(self, fitserve, service, answers, tmp_path):
        service.then(answers.ok(STEP))
        path = tmp_path / "step.yaml"
        path.write_text("preset: worked-example\nlearning_rate: 1e-1\n")
        assert fitserve("explain", str(path)).exit_code == 0
        assert service.bodies == [{"preset": "worked-example", "learning_rate": 0.1}]


class TestTrain:
    @pytest.mark.usefixtures("trained")
    def test_posts_waits_and_prints_the_table(self, fitserve, service, spec):
        run = fitserve("train", spec)
        assert run.exit_code == 0, run.output
        assert "exp_1 queued" in run.stdout
        assert "digits: succeeded" in run.stdout
        assert "0.9798 ± 0.0003" in run.stdout
        posted = json.loads(service.requests[0].content)
        assert posted == {
            "dataset": "mnist",
            "training": {"learning_rates": [0.001, 0.1], "epochs": 5},
        }

    @pytest.mark.usefixtures("trained")
    def test_json_is_all_there_is(self, fitserve, spec, summary):
        run = fitserve("train", "--json", spec)
        told = json.loads(run.stdout)
        assert told["experiment"]["status"] == "succeeded"
        assert told["summary"]["cells"][0]["figures"] == summary["cells"][0]["figures"]

    def test_no_wait(self, fitserve, service, answers, spec):
        service.then(answers.ok(answers.experiment(status="queued"), 201))
        run = fitserve("train", "--no-wait", spec)
        assert (run.exit_code, run.stdout) == (0, "exp_1 queued\n")
        assert len(service.requests) == 1

    def test_dry_run_tells_what_would_be_trained(self, fitserve, service, answers, spec):
        forecast = {
            "cells": 2, "runs": 4, "epochs": 20, "parameters": [79_510], "seconds": 180.0,
            "basis": "measured", "queue_place": 1,
        }  # fmt: skip
        service.then(answers.ok(forecast))
        run = fitserve("train", "--dry-run", spec)
        assert run.stdout.splitlines() == [
            "2 cells, 4 runs, 20 epochs in all; 79,510 parameters a network",
            "about 3 min (measured), place 1 in the queue",
        ]
        assert service.requests[0].url.params["dry_run"] == "true"

    def test_reads_standard_input(self, fitserve, service, answers):
        service.then(answers.ok(answers.experiment(status="queued"), 201))
        run = fitserve("train", "--no-wait", "-", stdin='{"dataset": "mnist", "seed": 3}')
        assert run.exit_code == 0, run.output
        assert service.bodies == [{"dataset": "mnist", "seed": 3}]

    def test_refused_spec_is_one_line(self, fitserve, service, answers, spec):
        refusal = answers.error(422, "must be at least 1; received -1", param="training.epochs")
        service.then(refusal)
        run = fitserve("train", spec)
        assert run.exit_code == 1
        assert run.stderr == "Error: training.epochs: must be at least 1; received -1\n"
        assert run.stdout == ""

    def test_failed_experiment_is_a_failure(self, fitserve, service, answers, spec, summary):
        failed = answers.ok(answers.experiment(status="failed", error="every run failed"))
        service.then(answers.ok(answers.experiment(), 201), failed, answers.ok(summary))
        run = fitserve("train", spec)
        assert run.exit_code == 1
        assert "every run failed" in run.stderr

    def test_ctrl_c_says_that_the_experiment_goes_on(self, fitserve, service, answers, spec):
        def interrupt(_request):
            raise KeyboardInterrupt

        service.then(answers.ok(answers.experiment(), 201), interrupt)
        run = fitserve("train", spec)
        assert run.exit_code == 130
        assert "exp_1 goes on" in run.stderr
        assert "fitserve cancel exp_1" in run.stderr

    @pytest.mark.parametrize(
        ("text", "told"),
        [("- a\n- b\n", "received list"), ("", "received NoneType"), ("{a: [", "neither YAML nor")],
    )
    def test_file_that_holds_no_spec(self, fitserve, service, text, told):
        run = fitserve("train", "-", stdin=text, env={"COLUMNS": "200"})
        assert run.exit_code == 2
        assert told in run.stderr
        assert service.requests == []

    def test_missing_file(self, fitserve):
        run = fitserve("train", "no-such-file.yaml")
        assert run.exit_code == 2
        assert "no-such-file.yaml" in run.stderr


class TestExperiments:
    def test_show(self, fitserve, service, answers, summary):
        service.then(answers.ok(answers.experiment(name="[red]digits")), answers.ok(summary))
        run = fitserve("show", "exp_1")
        assert run.stdout.startswith("exp_1 [red]digits running · 0/10 epochs\n")
        assert "0.9798 ± 0.0003" in run.stdout

    def test_ls(self, fitserve, service, answers):
        page = {"object": "list", "data": [answers.experiment("exp_7")], "has_more": False}
        service.then(answers.ok(page))
        run = fitserve("ls")
        assert "exp_7" in run.stdout
        assert service.requests[0].url.params["limit"] == "20"

    def test_ls_of_nothing(self, fitserve, service, answers):
        service.then(answers.ok({"object": "list", "data": [], "has_more": False}))
        assert "no experiments yet" in fitserve("ls").stdout

    def test_cancel(self, fitserve, service, answers):
        service.then(answers.ok(answers.experiment(status="cancelled")))
        assert "exp_1 digits cancelled" in fitserve("cancel", "exp_1").stdout
        assert service.requests[0].url.path == "/experiments/exp_1/cancel"


class TestPredict:
    def test_wavelengths(self, fitserve, service, answers):
        found = [{"value": 0.3541}, {"value": 2.8e-4}]
        service.then(answers.ok({"model": "m", "run_id": "r", "predictions": found}))
        run = fitserve("predict", "eckerle4", "450", "475.5")
        assert run.stdout == "450: 0.3541\n475.5: 2.80e-4\n"
        assert service.bodies == [{"model": "eckerle4", "instances": [450.0, 475.5]}]

    def test_images(self, fitserve, service, answers, tmp_path):
        image = tmp_path / "seven.png"
        image.write_bytes(b"\x89PNG")
        found = [{"label": 7, "probabilities": [0.0] * 7 + [0.9987, 0.001, 0.0003]}]
        service.then(answers.ok({"model": "m", "run_id": "r", "predictions": found}))
        run = fitserve("predict", "mnist", str(image))
        assert run.stdout == f"{image}: 7 (99.9%)\n"
        assert service.bodies == [{"model": "mnist", "instances": [{"b64": "iVBORw=="}]}]

    def test_yes_and_no_with_the_answers_own_probability(
        self, fitserve, service, answers, tmp_path
    ):
        image = tmp_path / "seven.png"
        image.write_bytes(b"\x89PNG")
        found = [{"positive": False, "probability": 0.02}, {"positive": True, "probability": 0.75}]
        service.then(answers.ok({"model": "m", "run_id": "r", "predictions": found}))
        run = fitserve("predict", "mnist-is-3", str(image), str(image))
        assert run.stdout == f"{image}: no (98.0%)\n{image}: yes (75.0%)\n"
        assert service.bodies[0]["model"] == "mnist-is-3"

    def test_neither_number_nor_file(self, fitserve, service):
        run = fitserve("predict", "mnist", "nope.png", env={"COLUMNS": "200"})
        assert run.exit_code == 2
        assert "'nope.png' is neither a number nor a file" in run.stderr
        assert service.requests == []


class TestConnection:
    def test_options_name_the_service(self, fitserve, service, answers):
        service.then(answers.error(401, "a key is needed"))
        run = fitserve("--url", "http://there:1", "--api-key", "secret", "ls")
        assert service.requests[0].url.host == "there"
        assert service.requests[0].headers["Authorization"] == "Bearer secret"
        assert (run.exit_code, run.stderr) == (1, "Error: a key is needed\n")

    def test_environment_names_the_service(self, fitserve, service, answers):
        service.then(answers.error(404))
        fitserve("cancel", "exp_1", env={"FITSERVE_URL": "http://there:1"})
        assert service.requests[0].url.host == "there"

    def test_nobody_there_is_one_line(self, fitserve, service):
        service.then(httpx2.ConnectError("refused"))
        run = fitserve("show", "exp_1")
        assert run.exit_code == 1
        assert run.stderr.startswith("Error: cannot reach fitserve at http://127.0.0.1:8000")
        assert run.stderr.count("\n") == 1

    def test_no_address_is_one_line(self, fitserve):
        run = fitserve("--url", "nonsense", "ls")
        assert (run.exit_code, run.stderr.count("\n")) == (1, 1)
        assert "'nonsense'" in run.stderr


class TestServing:
    @pytest.mark.parametrize("command", ["up", "worker", "demo"])
    def test_names_what_to_install(self, fitserve, monkeypatch, command):
        for module in ("fitserve_service.stack", "fitserve_workers.app", "fitserve.demo.story"):
            monkeypatch.setitem(sys.modules, module, None)
        run = fitserve(command)
        assert run.exit_code == 1
        assert "pip install 'fitserve[all]'" in run.stderr

    @pytest.mark.parametrize("command", ["up", "worker"])
    def test_bad_setting_is_named(self, fitserve, command):
        run = fitserve(command, env={"FITSERVE_PORT": "99999"})
        assert run.exit_code == 1
        assert "FITSERVE_PORT" in run.stderr
        assert "99999" in run.stderr


class TestMain:
    @pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
    def test_help_in_any_encoding(self, encoding):
        run = subprocess.run(
            [sys.executable, "-c", "from fitserve.cli import main; main()", "train", "--help"],
            env={**os.environ, "PYTHONIOENCODING": encoding},
            capture_output=True,
            check=True,
            timeout=60,
        )
        assert b"standard deviation" in run.stdout
