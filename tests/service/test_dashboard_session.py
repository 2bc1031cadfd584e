"""Signing in at the dashboard, in a real browser."""

from playwright.sync_api import Browser, Page, expect

from fitserve_core.settings import Settings
from support import stories
from support.keys import keyed
from support.serving import running_service


class TestSession:
    def test_begins_with_a_key_and_lasts_until_signed_out(
        self, browser: Browser, settings: Settings
    ) -> None:
        locked, keys = keyed(settings, {"me": "train"})
        with (
            running_service(locked) as service,
            browser.new_context(base_url=str(service.http.base_url)) as context,
        ):
            # A browser's console names every refused request, so it is not watched here.
            page = context.new_page()
            page.goto("/")
            asked = page.get_by_label("This service needs an API key")
            asked.fill("fs_wrong")
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("alert")).to_contain_text("knows no such key")
            asked.fill(keys["me"])
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_text("Nothing has been posted yet.")).to_be_visible()
            # The event stream comes by the cookie, in every page of the browser.
            stories.post(service.store)
            expect(page.locator("tr[data-id]")).to_have_count(1)
            other = context.new_page()
            other.goto("/#/new")
            expect(other.get_by_text("1 cell, 1 run")).to_be_visible()
            assert _within_reach_of_scripts(page) == {"cookie": "", "stored": 0}
            [cookie] = context.cookies()
            assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_label("This service needs an API key")).to_be_visible()
            assert context.cookies() == []


def _within_reach_of_scripts(page: Page) -> object:
    return page.evaluate(
        "({ cookie: document.cookie, stored: sessionStorage.length + localStorage.length })"
    )
