"""The API's reference in a real browser: nothing of it comes from elsewhere."""

from playwright.sync_api import Browser, expect

from support.browsers import watched_page
from support.serving import RunningService


class TestReference:
    def test_is_drawn_from_here_alone(
        self, browser: Browser, shared_service: RunningService
    ) -> None:
        base = str(shared_service.http.base_url)
        asked: list[str] = []
        with browser.new_context(base_url=base) as context:
            context.on("request", lambda request: asked.append(request.url))
            with watched_page(context) as page:
                page.goto("/docs")
                expect(page.get_by_text("/experiments/{id}/summary")).to_be_visible()
        own = [url for url in asked if url.startswith((base, "data:"))]
        assert asked == own
        assert len(own) >= 5
