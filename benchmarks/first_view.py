"""How long a browser takes to show the list of experiments, with 1,000 of them in the store."""

import asyncio
import shutil
import signal
import socket
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from fitserve_core.settings import Settings
from fitserve_core.spec import ExperimentSpec
from fitserve_core.store import Store
from fitserve_service.server import build_server

EXPERIMENTS = 1_000
TURNS = 15
SHOWN = 30  # rows of the list's first view


def main() -> int:
    """Fill a store, look at it in turns with a fresh browser context each, print the times."""
    with tempfile.TemporaryDirectory() as folder:
        # A store of its own, whatever the environment says.
        own = {"data": Path(folder), "database_url": None, "redis_url": None, "api_keys": None}
        settings = Settings.model_validate(own)
        store = Store.opened(settings)
        for number in range(EXPERIMENTS):
            spec = {"dataset": "eckerle4", "name": f"Experiment {number}"}
            store.experiments.create(ExperimentSpec.model_validate(spec))
        store.close()
        with served(settings) as url, sync_playwright() as playwright:
            path = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            views = [view(browser, url) for _ in range(TURNS)]
            browser.close()
    print(f"list of {EXPERIMENTS:,} experiments, first view on loopback, {TURNS} turns, ms")
    print(f"  median {statistics.median(views):.0f}, least {min(views):.0f}, most {max(views):.0f}")
    return 0


def view(browser: Browser, url: str) -> float:
    """Return the milliseconds from asking for the page until its rows are there; no cache."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        page.locator("tr[data-id]").nth(SHOWN - 1).wait_for()
        return float(page.evaluate("performance.now()"))


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Serve without broker and workers while the context is open."""
    server = build_server(settings)
    listening = socket.create_server(("127.0.0.1", 0))
    loops: list[asyncio.AbstractEventLoop] = []

    def run() -> None:
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            loops.append(runner.get_loop())
            runner.run(server.serve(sockets=[listening]))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        loops[0].call_soon_threadsafe(server.handle_exit, signal.SIGTERM, None)
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
