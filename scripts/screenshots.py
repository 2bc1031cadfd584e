"""Draw docs/screenshots: start the service, train a little, look at every page with Chromium."""

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from trial import trial

from fitserve import Client

FOLDER = Path(__file__).resolve().parent.parent / "docs/screenshots"
WIDTH, HEIGHT = 1200, 900
PHONE = {"width": 390, "height": 844}
COLOURS = 128
SETTLED_MS = 1_500

SPECS = {
    "digits": {
        "name": "Digits over two learning rates",
        "dataset": "mnist",
        "repetitions": 3,
        "training": {"learning_rates": [0.01, 0.1], "batch_size": 8, "epochs": 5},
    },
    "deep": {
        "name": "Five sigmoid layers",
        "dataset": "mnist",
        "network": {"hidden_layers": [50] * 5, "activation": "sigmoid"},
        "training": {"learning_rates": [0.1], "batch_size": 8, "epochs": 5},
    },
    "curve": {
        "name": "Eckerle4, three activations",
        "dataset": "eckerle4",
        "grid": {"network.activation": ["relu", "tanh", "sigmoid"]},
    },
}


def main() -> None:
    """Train, then take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with trial() as stack, Client(stack.url) as client:
        ids = {name: client.experiments.create(spec).id for name, spec in SPECS.items()}
        for experiment_id in ids.values():
            client.experiments.wait(experiment_id)
        pictures(stack.url, ids)


def pictures(url: str, ids: dict[str, str]) -> None:
    """Take a picture of every page."""
    path = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])

        def picture(
            name: str, address: str, settle: Callable[[Page], object], **context: object
        ) -> None:
            viewport = {"viewport": {"width": WIDTH, "height": HEIGHT}}
            with browser.new_context(base_url=url, **(viewport | context)) as opened:  # type: ignore[arg-type]
                page = opened.new_page()
                page.goto(address)
                settle(page)
                page.wait_for_timeout(SETTLED_MS)  # figures slide in; the event stream never idles
                save(page.screenshot(full_page=True), name)

        picture("experiments", "/#/", lambda page: page.locator("tr[data-id]").first.wait_for())
        picture("new", "/#/new?preset=mnist-B", lambda page: page.locator(".notice").wait_for())
        picture("digits", f"/#/experiments/{ids['digits']}", all_drawn(6))
        picture("curve", f"/#/experiments/{ids['curve']}", all_drawn(4))
        both = f"/#/compare?ids={ids['digits']},{ids['deep']}"
        picture("compare", both, all_drawn(1), color_scheme="dark")
        picture("try", "/#/try?model=mnist", seven, viewport=PHONE)
        browser.close()


def all_drawn(figures: int) -> Callable[[Page], object]:
    """Return a wait for so many figures."""
    return lambda page: page.locator(".js-plotly-plot .main-svg").nth(figures - 1).wait_for()


def seven(page: Page) -> None:
    """Draw a seven."""
    box = page.locator("canvas.pad").bounding_box()
    assert box is not None
    strokes = [(80, 70), (200, 70), (130, 230)]
    for place, (x, y) in enumerate(strokes):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=8)
        if place == 0:
            page.mouse.down()
    page.mouse.up()
    page.locator("meter").first.wait_for()


def save(png: bytes, name: str) -> None:
    """Write a picture, with few colours so that it stays small, rare ones among them."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image = image.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)
    image.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
