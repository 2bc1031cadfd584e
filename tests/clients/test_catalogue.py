"""The catalogue through the client and on the command line."""

import io
import json

import httpx2
import pytest
from rich.console import Console
from typer.testing import CliRunner

import fitserve
from fitserve.catalogue_tables import catalogue_table, entry_view
from fitserve.cli.app import app
from fitserve.cli.connection import Connection
from fitserve_core.catalogue.registry import CATALOGUE


def wire(*entry_ids):
    entries = [CATALOGUE[entry_id].model_dump(mode="json") for entry_id in entry_ids]
    return {"object": "list", "data": entries, "has_more": False}


def printed(renderable, width):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(renderable)
    return console.export_text()


def lines_of(*entry_ids, width=100):
    lines = printed(catalogue_table(CATALOGUE[id_] for id_ in entry_ids), width).splitlines()
    return {id_: next(line for line in lines if line.split()[:1] == [id_]) for id_ in entry_ids}


class TestClient:
    def test_list(self, client, service, answers):
        service.then(answers.ok(wire("mnist-A", "mnist-B")))
        assert client.catalogue.list() == [CATALOGUE["mnist-A"], CATALOGUE["mnist-B"]]
        assert service.requests[0].url.path == "/catalogue"

    def test_retrieve(self, client, service, answers):
        service.then(answers.ok(CATALOGUE["mnist-50-lr-0.1"].model_dump(mode="json")))
        entry = client.catalogue.retrieve("mnist-50-lr-0.1")
        assert entry.published["val_loss"].values == [1.950709, 1.643393, 1.684036, 2.039909]
        assert service.requests[0].url.path == "/catalogue/mnist-50-lr-0.1"

    def test_unknown(self, client, service, answers):
        service.then(answers.error(404, "no entry 'x' in the catalogue"))
        with pytest.raises(fitserve.NotFound, match="no entry 'x'"):
            client.catalogue.retrieve("x")

    def test_a_preset_is_posted_as_it_is(self, client, service, answers):
        service.then(answers.ok(answers.experiment(), 201))
        client.experiments.create(preset="mnist-B", training={"epochs": 1})
        assert service.bodies == [{"preset": "mnist-B", "training": {"epochs": 1}}]


class TestTable:
    def test_figure_and_verdict(self):
        lines = lines_of("eckerle4-128-128-64", "mnist-B", "depth-6-sigmoid")
        assert lines["eckerle4-128-128-64"].split("rate 0.001")[1].split() == [
            *("3.07e-3", "±", "1.19e-3", "trained"),
        ]
        assert lines["mnist-B"].split() == [
            *("mnist-B", "B:", "[100],", "SGD,", "ReLU", "0.9797", "trained")
        ]
        assert lines["depth-6-sigmoid"].rstrip().endswith(" 0.1135   did not train")

    def test_words_alone(self):
        lines = lines_of("eckerle4-sgd-0.01", "mnist-100-nadam", "mnist-100-momentum-0.9")
        assert lines["eckerle4-sgd-0.01"].split()[-4:] == ["—", "did", "not", "train"]
        assert "as mnist-G" in lines["mnist-100-nadam"]
        assert lines["mnist-100-momentum-0.9"].split()[-4:] == ["—", "did", "not", "train"]

    @pytest.mark.parametrize("width", [80, 160])
    def test_ids_and_verdicts_are_whole_at_any_width(self, width):
        for entry_id, line in lines_of(*CATALOGUE, width=width).items():
            assert len(line) <= width
            assert CATALOGUE[entry_id].verdict.replace("_", " ") in line

    def test_every_part_of_the_sheet_is_headed(self):
        text = printed(catalogue_table(CATALOGUE.values()), 100)
        assert text.index("Eckerle4") < text.index("A to U") < text.index("vanishing gradient")
        assert text.count("test accuracy") == 4
        assert text.count("test MSE") == 1


class TestEntry:
    def test_single_run(self):
        text = printed(entry_view(CATALOGUE["mnist-P"]), 200)
        assert "mnist-P P: [1000], SGD, ReLU, dropout 0.2 · trained" in text
        assert "validation accuracy" in text
        assert "0.9853 in the table and 0.9860 in the prose" in text
        assert "dropout:" in text
        assert "echo 'preset: mnist-P' | fitserve train -" in text

    def test_four_runs(self):
        text = printed(entry_view(CATALOGUE["eckerle4-128-128-128"]), 200)
        (line,) = [line for line in text.splitlines() if "test MSE" in line]
        assert line.split() == [
            *("test", "MSE", "3.17e-3", "±", "0.96e-3"),
            *("2.33e-3", "2.36e-3", "4.08e-3", "3.93e-3"),
        ]

    def test_figures_of_another(self):
        assert "those of mnist-G" in printed(entry_view(CATALOGUE["mnist-100-nadam"]), 100)


class TestCommand:
    @pytest.fixture
    def run(self, service, fake_time):
        def run(*args):
            given = Connection(transport=httpx2.MockTransport(service), clock=fake_time.clock)
            return CliRunner().invoke(app, ("catalogue", *args), obj=given)

        return run

    def test_list(self, run, service, answers):
        service.then(answers.ok(wire("mnist-B")))
        assert "mnist-B" in run().stdout

    def test_entry(self, run, service, answers):
        service.then(answers.ok(json.loads(CATALOGUE["mnist-B"].model_dump_json())))
        assert "hidden_layers: [100]" in run("mnist-B").stdout
        assert service.requests[0].url.path == "/catalogue/mnist-B"

    def test_unknown_is_one_line(self, run, service, answers):
        service.then(answers.error(404, "no entry 'x' in the catalogue"))
        ended = run("x")
        assert (ended.exit_code, ended.stderr) == (1, "Error: no entry 'x' in the catalogue\n")
