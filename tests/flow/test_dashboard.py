"""From an empty form to a prediction, in a real browser, through the whole service."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from fitserve import Client
from fitserve_service.stack import Stack
from support.browsers import running_browser, watched_page

TRAINED = 60_000  # milliseconds that a short training may take on a busy machine


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    with browser.new_context(base_url=stack.url) as context, watched_page(context) as page:
        yield page


class TestCurve:
    def test_from_a_form_to_a_wavelength(self, page: Page) -> None:
        page.goto("/#/new")
        page.get_by_label("dataset").select_option("eckerle4")
        page.get_by_label("epochs").fill("64")
        page.get_by_label("batch size").fill("2")
        page.locator("[data-path='training.optimizer']").get_by_label("name").select_option("adam")
        page.get_by_label("repetitions").fill("2")
        expect(page.get_by_text("1 cell, 2 runs, 128 epochs")).to_be_visible()
        page.get_by_role("button", name="Train").click()
        expect(page.locator("#status")).to_have_text("succeeded", timeout=TRAINED)
        expect(page.locator("table.summary")).to_contain_text("2 trained of 2")
        for name in ("Fitted curves", "Learning curves", "Norms of gradients", "Weights"):
            expect(page.get_by_role("figure", name=re.compile(name))).to_be_visible()
        page.get_by_role("link", name="Try it").last.click()
        expect(page.get_by_text(re.compile(r"over 2 runs"))).to_be_visible()
        page.get_by_label("or exactly").fill("451.5")
        expect(page.get_by_text("at 451.5 nm")).to_be_visible()


class TestDigits:
    @pytest.fixture
    def experiment_id(self, client: Client) -> str:
        training = {"learning_rates": [0.1], "batch_size": 64, "epochs": 2}
        return client.experiments.create(dataset="mnist", training=training).id

    def test_from_a_running_experiment_to_a_drawn_digit(
        self, page: Page, client: Client, experiment_id: str
    ) -> None:
        page.goto(f"/#/experiments/{experiment_id}")
        expect(page.locator("#status")).to_have_text("succeeded", timeout=TRAINED)
        for name in ("Confusion", "First layer", "Most confident wrong answers"):
            expect(page.get_by_role("figure", name=re.compile(name))).to_be_visible()
        expect(page.get_by_role("region", name="Layers")).to_contain_text("79,510")
        with page.expect_download() as download:
            page.get_by_role("link", name="Metrics (CSV)").click()
        assert download.value.suggested_filename == f"{experiment_id}.csv"
        with page.expect_download() as download:
            page.get_by_role("link", name="Spec (JSON)").click()
        spec = json.loads(download.value.path().read_text())
        assert client.experiments.forecast(spec).runs == 1
        page.get_by_role("link", name="Try it").last.click()
        box = page.locator("canvas.pad").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 140, box["y"] + 50)
        page.mouse.down()
        page.mouse.move(box["x"] + 140, box["y"] + 230, steps=8)
        page.mouse.up()
        expect(page.get_by_role("heading", name="This is a 1")).to_be_visible()
