"""Digits side by side, each above what the model says and what it is."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fitserve.demo.digits import Pixels, drawn
from fitserve.terminal import shows
from fitserve_core.predicted import Prediction

DIGIT_WIDTH = 16


def gallery(
    images: Pixels, truths: Sequence[int], predictions: Sequence[Prediction], console: Console
) -> Table:
    """Return digits with their answers, as many in a row as fit.

    Args:
        images: uint8, (n, 28, 28).
        truths: n labels.
        predictions: n answers.
        console: where they will be printed.
    """
    framed = [
        Text("\n").join([*drawn(image, console), _caption(truth, prediction, console)])
        for image, truth, prediction in zip(images, truths, predictions, strict=True)
    ]
    across = max(1, min(len(framed), console.width // DIGIT_WIDTH))
    table = Table.grid(padding=(0, 1, 1, 1))
    for start in range(0, len(framed), across):
        table.add_row(*framed[start : start + across])
    return table


def _caption(truth: int, prediction: Prediction, console: Console) -> Text:
    assert prediction.label is not None
    assert prediction.probabilities is not None
    answer = f"{prediction.label} {prediction.probabilities[prediction.label]:7.2%}"
    right = prediction.label == truth
    mark = ("✓" if right else "✗") if shows(console, "✓✗") else ("ok" if right else "no")
    told = mark if right else f"{mark} {truth}"
    return Text(f"{answer} {told}", style="green" if right else "red")
