"""Data sets through the client and on the command line."""

import io

import httpx2
import pytest
from rich.console import Console
from typer.testing import CliRunner

import fitserve
from fitserve.cli.app import app
from fitserve.cli.connection import Connection
from fitserve.dataset_tables import dataset_view, datasets_table
from fitserve_core.datasets import describing


@pytest.fixture
def wire(tmp_path):
    return {
        name: describing.details(name, tmp_path).model_dump(mode="json")
        for name in ("mnist", "eckerle4")
    }


def printed(renderable):
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(renderable)
    return console.export_text()


class TestClient:
    def test_list(self, client, service, answers, wire):
        page = {"object": "list", "data": list(wire.values()), "has_more": False}
        service.then(answers.ok(page))
        assert [card.rows["test"] for card in client.datasets.list()] == [10_000, 14]
        assert service.requests[0].url.path == "/datasets"

    def test_retrieve(self, client, service, answers, wire):
        service.then(answers.ok(wire["eckerle4"]))
        found = client.datasets.retrieve("eckerle4")
        assert isinstance(found, fitserve.DatasetDetails)
        assert found.measurements[0].wavelength == 400.0
        assert service.requests[0].url.path == "/datasets/eckerle4"

    def test_unknown(self, client, service, answers):
        service.then(answers.error(404, "no data set 'x'"))
        with pytest.raises(fitserve.NotFound, match="no data set 'x'"):
            client.datasets.retrieve("x")


class TestTable:
    def test_rows_of_each_part(self, tmp_path):
        lines = printed(datasets_table(describing.cards(tmp_path))).splitlines()
        (mnist,) = [line for line in lines if line.split()[:1] == ["mnist"]]
        assert mnist.split()[-3:] == ["50,000", "10,000", "10,000"]
        (eckerle4,) = [line for line in lines if line.split()[:1] == ["eckerle4"]]
        assert eckerle4.split()[-3:] == ["21", "0", "14"]


class TestView:
    def test_digits_show_the_sheets_table(self, tmp_path):
        text = printed(dataset_view(describing.details("mnist", tmp_path)))
        (train,) = [line for line in text.splitlines() if line.split()[:1] == ["train"]]
        assert train.split()[1:] == [
            *("4932", "5678", "4968", "5101", "4859", "4506", "4951", "5175", "4842", "4988")
        ]
        assert "0 to 255 grey value" in text
        assert "not fetched yet" in text

    def test_measurements_and_the_certified_fit(self, tmp_path):
        text = printed(dataset_view(describing.details("eckerle4", tmp_path)))
        assert "451.5       0.3698049" in text
        assert "451.54121844" in text
        assert "3.06e-4" in text
        assert "not fetched" not in text


class TestCommand:
    @pytest.fixture
    def run(self, service, fake_time):
        def run(*args):
            given = Connection(transport=httpx2.MockTransport(service), clock=fake_time.clock)
            return CliRunner().invoke(app, ("datasets", *args), obj=given)

        return run

    def test_list(self, run, service, answers, wire):
        page = {"object": "list", "data": [wire["mnist"]], "has_more": False}
        service.then(answers.ok(page))
        assert "50,000" in run().stdout

    def test_one(self, run, service, answers, wire):
        service.then(answers.ok(wire["mnist"]))
        assert "4932" in run("mnist").stdout
        assert service.requests[0].url.path == "/datasets/mnist"
