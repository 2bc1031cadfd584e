"""A real browser: Chromium, as Debian packages it or as Playwright installs it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome")
WAIT_MILLISECONDS = 20_000
# What the browser itself says of an answer that the page shows to its reader.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start Chromium; skip where there is none, and fail where CI asks for everything."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        if path is None and not os.path.exists(playwright.chromium.executable_path):  # noqa: PTH110
            advice = "no Chromium: `apt install chromium`, or `playwright install chromium`"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(advice)
        # Containers run as root, where Chromium has no sandbox.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def watched_page(context: BrowserContext) -> Iterator[Page]:
    """Open a page, and fail at its end if anything went wrong in its console."""
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not REFUSED.search(message.text):
            wrong.append(f"{message.text} ({message.location.get('url')})")

    page = context.new_page()
    page.set_default_timeout(WAIT_MILLISECONDS)
    page.on("console", heard)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    page.close()
    assert wrong == []


def tab_to(page: Page, target: Locator) -> None:
    """Press the tabulator until a control has the focus."""
    for _ in range(100):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("100 tabulators did not reach it")
