"""From the sheet's rows to entries: figures, titles, specs."""

from collections.abc import Sequence
from typing import Any

from fitserve_core.catalogue.published import PublishedFigure

DIGIT_FIGURES = (
    *("loss", "accuracy"),
    *("val_loss", "val_accuracy"),
    *("test_loss", "test_accuracy"),
)
BATCH_SIZE_1_SECONDS = (50.0, 70.0)

NAMES = {
    "sgd": "SGD",
    "adam": "Adam",
    "nadam": "Nadam",
    "adagrad": "AdaGrad",
    "adadelta": "AdaDelta",
    "rmsprop": "RMSprop",
    "relu": "ReLU",
}

Optimizer = dict[str, Any]
SGD: Optimizer = {"name": "sgd"}


def single(value: float) -> PublishedFigure:
    """Return the figure of one run."""
    return PublishedFigure(mean=value, n=1, values=[value])


def four(mean: float, std: float, *values: float) -> PublishedFigure:
    """Return a figure over the sheet's four repetitions, with their values where readable."""
    return PublishedFigure(mean=mean, std=std, n=4, values=list(values) or None)


def digit_figures(row: Sequence[float]) -> dict[str, PublishedFigure]:
    """Return the six figures of one run in the order of the sheet's columns."""
    return {name: single(value) for name, value in zip(DIGIT_FIGURES, row, strict=True)}


def optimizer_words(optimizer: Optimizer) -> str:
    """Return an optimizer as the sheet's tables write it, such as `SGD, momentum 0.9`."""
    words = [NAMES[optimizer["name"]]]
    if "momentum" in optimizer:
        words.append(f"momentum {optimizer['momentum']:g}")
    if optimizer.get("nesterov"):
        words.append("Nesterov")
    return ", ".join(words)


def spec(
    title: str,
    dataset: str,
    network: dict[str, Any],
    training: dict[str, Any],
    repetitions: int = 1,
    **more: Any,
) -> dict[str, Any]:
    """Return a spec that the service accepts, with the entry's title as its name."""
    return {
        "name": title,
        "dataset": dataset,
        "network": network,
        "training": training,
        "repetitions": repetitions,
        **more,
    }


def training(
    optimizer: Optimizer,
    learning_rate: float,
    *,
    batch_size: int,
    epochs: int,
    **more: Any,
) -> dict[str, Any]:
    """Return the recipe of one learning rate."""
    return {
        "optimizer": optimizer,
        "learning_rates": [learning_rate],
        "batch_size": batch_size,
        "epochs": epochs,
        **more,
    }
