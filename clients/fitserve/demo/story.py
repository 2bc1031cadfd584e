"""The demo from its first line to its last."""

import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fitserve.demo.curve import comparison, drawing
from fitserve.demo.gallery import gallery
from fitserve.demo.specs import CURVE, DIGITS
from fitserve.sync.client import Client
from fitserve.tables import summary_table
from fitserve_core.datasets.certified import certified_transmittance
from fitserve_core.datasets.mnist import raw_test_digits
from fitserve_core.errors import FitserveError
from fitserve_core.results import Experiment
from fitserve_core.settings import Settings
from fitserve_service.stack import Stack

SHOWN_DIGITS = 10
SHOWN_WAVELENGTHS = [430.0, 440.0, 445.0, 448.0, 450.0, 451.5, 453.0, 455.0, 458.0, 463.0, 475.0]
DRAWN_WAVELENGTHS = [425.0 + 53.0 * step / 43 for step in range(44)]


def tell(settings: Settings) -> None:
    """Start everything, train, predict, stop everything.

    Raises:
        FitserveError: a part cannot start, or an experiment does not succeed.
    """
    began = time.monotonic()
    console = Console(highlight=False)
    _opening(console)
    with Stack(settings) as stack:
        docs, data = f"{stack.url}/docs", stack.data.resolve()
        _started(console, stack.url, docs, data)
        with Client(stack.url) as client:
            tour(client, console, data)
    _closing(console, docs, data, time.monotonic() - began)


def tour(client: Client, console: Console, data: Path) -> None:
    """Train both experiments through `client`, then ask what came of them.

    Raises:
        FitserveError: an experiment does not succeed.
    """
    _heading(console, "Train a classifier of handwritten digits (MNIST)")
    console.print(
        "One hidden layer of 100 units, SGD; learning rates 0.01 and 0.1, each twice.\n"
        "The first epoch waits a few seconds for the workers to load TensorFlow.\n"
    )
    digits = _train(client, console, DIGITS)
    _heading(console, "Train a regression on a measured curve (NIST Eckerle4)")
    console.print("Hidden layers of 128, 128 and 64 units, Adam; four repetitions.\n")
    curve = _train(client, console, CURVE)
    _heading(console, "Ask the kept classifier about ten test digits")
    _predict_digits(client, console, digits, data)
    _heading(console, "Ask the kept regression beside NIST's certified fit")
    _predict_curve(client, console, curve)


def _opening(console: Console) -> None:
    console.print("\n[bold]fitserve[/] fits multi-layer perceptrons and serves them.")
    console.print(
        "This demo starts the whole service on this machine, trains twice through its API, "
        "asks the models that came of it, and stops everything again."
    )


def _started(console: Console, url: str, docs: str, data: Path) -> None:
    _heading(console, "Start the service")
    _line(console, "API", url)
    _line(console, "documentation", f"{docs} (while the demo runs)")
    _line(console, "data folder", str(data))


def _train(client: Client, console: Console, spec: dict[str, Any]) -> Experiment:
    experiment = client.experiments.create(spec)
    experiment = client.experiments.wait(experiment.id)
    console.print()
    if experiment.status != "succeeded":
        raise FitserveError(
            f"experiment {experiment.id} is {experiment.status}, which ends the demo "
            f"({experiment.error}); logs lie in the data folder"
        )
    console.print(summary_table(client.experiments.summary(experiment.id), "mean ± std"))
    return experiment


def _predict_digits(client: Client, console: Console, experiment: Experiment, data: Path) -> None:
    images, labels = raw_test_digits(data)
    images, truths = images[:SHOWN_DIGITS], labels[:SHOWN_DIGITS].tolist()
    answer = client.predict(images, model=experiment.id)
    console.print(gallery(images, truths, answer.predictions, console))
    right = sum(p.label == truth for p, truth in zip(answer.predictions, truths, strict=True))
    console.print(f"{right} of {SHOWN_DIGITS} right.")


def _predict_curve(client: Client, console: Console, experiment: Experiment) -> None:
    shown = _fitted(client, experiment, SHOWN_WAVELENGTHS)
    drawn = _fitted(client, experiment, DRAWN_WAVELENGTHS)
    side_by_side = Table.grid(padding=(0, 2))
    side_by_side.add_row(
        comparison(SHOWN_WAVELENGTHS, _certified(SHOWN_WAVELENGTHS), shown),
        drawing(DRAWN_WAVELENGTHS, _certified(DRAWN_WAVELENGTHS), drawn, console),
    )
    console.print(side_by_side)


def _closing(console: Console, docs: str, data: Path, seconds: float) -> None:
    _heading(console, "Done")
    console.print(f"Everything that was started is stopped again, after {seconds:.0f} s.\n")
    _line(console, "documentation", f"was served at {docs}")
    _line(console, "data folder", str(data))
    _line(console, "next", "`make up` serves until Ctrl-C at http://127.0.0.1:8000")
    _line(console, "then", "`fitserve ls`, `fitserve train SPEC`, `fitserve predict mnist IMAGE`")


def _fitted(client: Client, experiment: Experiment, wavelengths: list[float]) -> list[float]:
    predictions = client.predict(wavelengths, model=experiment.id).predictions
    return [prediction.value for prediction in predictions if prediction.value is not None]


def _certified(wavelengths: list[float]) -> list[float]:
    values: list[float] = certified_transmittance(wavelengths).tolist()
    return values


def _heading(console: Console, text: str) -> None:
    console.print()
    console.rule(f"[bold]{text}[/]", align="left", style="cyan")


def _line(console: Console, label: str, text: str) -> None:
    console.print(f"[dim]{label:>14}[/]  {escape(text)}", soft_wrap=True)
