"""The dashboard for everybody: by keyboard, by axe's rules in light and dark, on a phone."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from support import stories
from support.browsers import tab_to, watched_page
from support.perceptrons import Digits, keep
from support.serving import RunningService


class TestKeyboard:
    def test_reaches_cancel_and_keeps_its_place_while_the_page_is_live(
        self, page: Page, service: RunningService
    ) -> None:
        experiment = stories.post(service.store, repetitions=2)
        page.goto("/")
        link = page.locator(f"tr[data-id={experiment.id}] a")
        expect(link).to_be_visible()
        tab_to(page, link)
        stories.train(service.store)
        expect(page.locator("tr[data-id]")).to_contain_text("50 %")
        expect(link).to_be_focused()
        page.keyboard.press("Enter")
        cancel = page.get_by_role("button", name="Cancel")
        expect(cancel).to_be_visible()
        tab_to(page, cancel)
        claim = stories.take(service.store)
        service.store.claims.record(claim, stories.figures(1), stories.CHECKPOINT)
        expect(page.get_by_text("4 of 6 epochs")).to_be_visible()
        expect(cancel).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#status")).to_have_text("cancelled")

    def test_skips_to_the_content_of_the_page_shown(self, page: Page) -> None:
        page.goto("/#/compare")
        expect(page.get_by_text("Tick two experiments")).to_be_visible()
        tab_to(page, page.get_by_role("link", name="Skip to the content"))
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="list")).to_be_focused()
        assert page.url.endswith("#/compare")


class TestAccessibility:
    def test_axe_finds_nothing_in_light_and_dark(
        self, browser: Browser, service: RunningService
    ) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        pages = {
            "/#/": "tr[data-id]",
            "/#/new": ".notice",
            f"/#/experiments/{kept.experiment.id}": "table.summary",
            f"/#/compare?ids={kept.experiment.id},{stories.post(service.store).id}": "table",
            "/#/try": "canvas.pad",
        }
        base = str(service.http.base_url)
        with browser.new_context(base_url=base, color_scheme="light") as context:
            for path, settled in pages.items():
                with watched_page(context) as page:
                    page.goto(path)
                    page.locator(settled).first.wait_for()
                    assert_axe_finds_nothing(page)
                    page.emulate_media(color_scheme="dark")
                    # All else is the same; figures draw themselves anew, in other colours.
                    assert_axe_finds_nothing(page, {"runOnly": ["color-contrast"]})

    def test_fits_a_phone(self, browser: Browser, service: RunningService) -> None:
        kept = keep(service.store, service.artefacts, Digits())
        phone = {"width": 390, "height": 800}
        with browser.new_context(
            base_url=str(service.http.base_url), viewport=phone, has_touch=True
        ) as context:
            for path in ("/#/", "/#/new", f"/#/experiments/{kept.experiment.id}", "/#/try"):
                with watched_page(context) as page:
                    page.goto(path)
                    page.locator("h1").wait_for()
                    assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]


def assert_axe_finds_nothing(page: Page, options: dict[str, list[str]] | None = None) -> None:
    found = Axe().run(page, options=options)
    assert found.violations_count == 0, found.generate_report()
