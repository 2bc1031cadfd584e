"""The dashboard in a real browser: lists, forms, comparisons, over a store that tests fill."""

import re

from playwright.sync_api import BrowserContext, Locator, Page, expect

from support import stories
from support.browsers import tab_to, watched_page
from support.perceptrons import Digits, Line, keep
from support.serving import RunningService


class TestList:
    def test_of_an_empty_service_says_what_to_do(self, page: Page) -> None:
        page.goto("/")
        expect(page.get_by_text("Nothing has been posted yet.")).to_be_visible()
        page.get_by_role("link", name="Train the first one").click()
        expect(page.get_by_role("heading", name="New experiment")).to_be_visible()

    def test_is_filtered_by_data_set_and_status(self, page: Page, service: RunningService) -> None:
        keep(service.store, service.artefacts, Line())
        waiting = stories.post(service.store)
        page.goto("/")
        expect(page.locator("tr[data-id]")).to_have_count(2)
        page.get_by_label("Data set").select_option("mnist")
        expect(page.locator("tr[data-id]")).to_have_count(1)
        expect(page.locator("tr[data-id]")).to_have_attribute("data-id", waiting.id)
        page.get_by_label("Status").select_option("succeeded")
        expect(page.get_by_text("No experiment is like that.")).to_be_visible()

    def test_is_live_without_reloading(self, page: Page, service: RunningService) -> None:
        page.goto("/")
        expect(page.get_by_text("Nothing has been posted yet.")).to_be_visible()
        experiment = stories.post(service.store)
        expect(page.locator(f"tr[data-id={experiment.id}]")).to_contain_text("queued")
        stories.train(service.store)
        row = page.locator(f"tr[data-id={experiment.id}]")
        expect(row).to_contain_text("succeeded")
        expect(row).to_contain_text("validation accuracy 0.9000")

    def test_success_of_which_nothing_trained_does_not_look_like_it(
        self, page: Page, service: RunningService
    ) -> None:
        keep(service.store, service.artefacts, Line())
        idle = stories.post(service.store)
        stories.succeed(service.store, stories.take(service.store), stories.DIVERGED, files=[])
        page.goto("/")
        row = page.locator(f"tr[data-id={idle.id}]")
        expect(row).to_contain_text("none trained")
        expect(row.locator(".status")).to_have_class("status idle")
        expect(page.locator(".status.succeeded")).to_have_count(1)
        page.goto(f"/#/experiments/{idle.id}")
        expect(page.locator("#status")).to_have_class("status idle")
        expect(page.locator("#status")).to_have_text("succeeded")
        expect(page.get_by_text("None of its runs trained")).to_be_visible()

    def test_shows_more_of_many(self, page: Page, service: RunningService) -> None:
        for _ in range(32):
            stories.post(service.store)
        page.goto("/")
        expect(page.locator("tr[data-id]")).to_have_count(30)
        page.get_by_role("button", name="Show more").click()
        expect(page.locator("tr[data-id]")).to_have_count(32)
        expect(page.get_by_role("button", name="Show more")).to_be_hidden()


class TestStream:
    def test_is_one_for_all_pages_of_a_browser(
        self, context: BrowserContext, service: RunningService
    ) -> None:
        streams: list[str] = []

        def count(request: object) -> None:
            url = getattr(request, "url", "")
            if url.endswith("/events"):
                streams.append(url)

        context.on("request", count)
        with watched_page(context) as one, watched_page(context) as other:
            for page in (one, other):
                page.goto("/")
                expect(page.get_by_text("Nothing has been posted yet.")).to_be_visible()
            experiment = stories.post(service.store)
            for page in (one, other):
                expect(page.locator(f"tr[data-id={experiment.id}]")).to_be_visible()
            assert len(streams) == 1


class TestNewExperiment:
    def test_starts_from_the_catalogue(self, page: Page, service: RunningService) -> None:
        page.goto("/#/new")
        page.get_by_label("Start from").select_option("mnist-B")
        expect(page.get_by_label("hidden layers")).to_have_value("[100]")
        expect(page.get_by_text("1 cell, 1 run")).to_be_visible()
        press(page, page.get_by_role("button", name="Train"), "Enter")
        expect(page.locator("#status")).to_have_text("queued")
        [posted], _ = service.store.experiments.page(limit=2)
        assert posted.spec.preset == "mnist-B"

    def test_tells_runs_and_time_before_posting(self, page: Page) -> None:
        page.goto("/#/new")
        page.get_by_label("learning rates").fill("0.01, 0.1, 1")
        page.get_by_label("repetitions").fill("4")
        expect(page.get_by_text("3 cells, 12 runs, 120 epochs")).to_be_visible()
        expect(page.get_by_text("This service takes at most 10,000 runs")).to_be_visible()

    def test_shows_a_refusal_beside_its_field(self, page: Page, service: RunningService) -> None:
        page.goto("/#/new")
        page.get_by_label("learning rates").fill("0.1, -1")
        field = page.locator("[data-path='training.learning_rates']")
        expect(field.locator(".error")).to_contain_text("must be greater than 0; received -1")
        expect(page.get_by_label("learning rates")).to_have_attribute("aria-invalid", "true")
        page.get_by_label("learning rates").fill("0.1")
        expect(field.locator(".error")).to_have_count(0)
        assert service.store.experiments.page(limit=1) == ([], False)

    def test_gives_the_same_request_as_code(self, page: Page) -> None:
        page.goto("/#/new")
        page.get_by_label("dataset").select_option("eckerle4")
        page.get_by_label("batch size").fill("4")
        section = page.get_by_role("region", name="The same request as code")
        expect(section).to_contain_text('"training": {\n        "batch_size": 4,')
        expect(section).to_contain_text('{"dataset":"eckerle4","training":{"batch_size":4}}')

    def test_knobs_of_a_choice_appear_with_it(self, page: Page) -> None:
        page.goto("/#/new")
        optimizer = page.locator("[data-path='training.optimizer']")
        expect(optimizer.get_by_label("momentum")).to_have_count(0)
        optimizer.get_by_label("name").select_option("sgd")
        optimizer.get_by_label("momentum").fill("0.9")
        expect(page.get_by_role("region")).to_contain_text('"momentum": 0.9')


class TestCompare:
    def test_shows_what_differs_and_the_figures(self, page: Page, service: RunningService) -> None:
        first = stories.post(service.store, learning_rates=(0.1,))
        stories.train(service.store)
        second = stories.post(service.store, learning_rates=(0.2,))
        stories.train(service.store)
        page.goto("/")
        for each in (first, second):
            press(page, page.locator(f"tr[data-id={each.id}] input"), "Space")
        press(page, page.get_by_role("link", name="Compare 2"), "Enter")
        table = page.get_by_role("region", name="What differs")
        expect(table).to_contain_text("training.learning_rates")
        expect(table).not_to_contain_text("activation")
        expect(page.get_by_role("region", name="Best cell of each")).to_contain_text("0.8000")
        expect(page.locator(".js-plotly-plot .legend")).to_be_visible()

    def test_asks_for_two(self, page: Page) -> None:
        page.goto("/#/compare")
        expect(page.get_by_text("Tick two experiments or more")).to_be_visible()


class TestTry:
    def test_a_drawn_digit_is_answered(self, page: Page, service: RunningService) -> None:
        keep(service.store, service.artefacts, Digits())
        page.goto("/#/try")
        expect(page.get_by_text("Draw a digit, or drop a picture of one.")).to_be_visible()
        draw(page, [(140, 60), (140, 220)])
        expect(page.get_by_role("heading", name=re.compile("This is a [0-9]"))).to_be_visible()
        expect(page.locator("meter")).to_have_count(10)
        press(page, page.get_by_role("button", name="Clear"), "Enter")
        expect(page.locator("meter")).to_have_count(0)

    def test_the_digit_is_fitted_and_centred(self, page: Page, service: RunningService) -> None:
        keep(service.store, service.artefacts, Digits())
        page.goto("/#/try")
        sent: list[list[int]] = []
        page.on(
            "request",
            lambda asked: (
                sent.append(asked.post_data_json["instances"][0])
                if asked.url.endswith("/predict")
                else None
            ),
        )
        draw(page, [(40, 40), (40, 120)])
        expect(page.locator("meter")).to_have_count(10)
        inked = [place for place, value in enumerate(sent[0]) if value > 100]
        assert {place // 28 for place in inked} == set(range(4, 24))
        columns = {place % 28 for place in inked}
        assert min(columns) + max(columns) in {26, 27, 28}

    def test_outside_the_measurements_it_warns(self, page: Page, service: RunningService) -> None:
        keep(service.store, service.artefacts, Line(0.002))
        page.goto("/#/try")
        expect(page.get_by_text("transmittance 0.1000")).to_be_visible()
        warning = page.get_by_text("outside, the answer is a guess")
        expect(warning).to_be_hidden()
        tab_to(page, page.get_by_label("or exactly"))
        page.keyboard.type("600")
        expect(page.get_by_text("transmittance 0.4000")).to_be_visible()
        expect(warning).to_be_visible()


def press(page: Page, control: Locator, key: str) -> None:
    """Do without a mouse."""
    tab_to(page, control)
    page.keyboard.press(key)


def draw(page: Page, stroke: list[tuple[int, int]]) -> None:
    """Draw a stroke on the pad, in its own pixels."""
    box = page.locator("canvas.pad").bounding_box()
    assert box is not None
    (x, y), *rest = stroke
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=5)
    page.mouse.up()
