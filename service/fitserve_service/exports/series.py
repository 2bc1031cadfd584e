"""A run's figures as named series over its epochs, with the time of each epoch."""

from collections.abc import Iterator
from dataclasses import dataclass

from fitserve_core.results import EpochFigures, RunMetrics

NOT_SERIES = {"epoch", "gradient_norms"}


@dataclass(frozen=True)
class Point:
    """One figure of one epoch.

    Attributes:
        name: the figure's name in results, `gradient_norm.1` of the first layer's.
        tag: the same as `figure/part`, so that training and validation lie together.
        epoch: counted from 1.
        time: seconds since the epoch of clocks, when that epoch had ended.
        value: finite or not.
    """

    name: str
    tag: str
    epoch: int
    time: float
    value: float


def points(run: RunMetrics) -> Iterator[Point]:
    """Yield every figure of every epoch, in the epochs' order."""
    time = run.started_at.timestamp() if run.started_at else 0.0
    for epoch in run.epochs:
        time += epoch.seconds or 0.0
        for name, value in _figures(epoch):
            yield Point(name, tag_of(name), epoch.epoch, time, value)


def tag_of(name: str) -> str:
    """Return a figure's name as `figure/part`: `loss/validation` for `val_loss`."""
    if name.startswith("gradient_norm."):
        return name.replace(".", "/layer_")
    if name in {"learning_rate", "seconds"}:
        return name
    if name.startswith("val_"):
        return f"{name.removeprefix('val_')}/validation"
    if name.startswith("test_"):
        return f"{name.removeprefix('test_')}/test"
    return f"{name}/training"


def _figures(epoch: EpochFigures) -> Iterator[tuple[str, float]]:
    for name in EpochFigures.model_fields:
        value = getattr(epoch, name)
        if name not in NOT_SERIES and value is not None:
            yield name, value
    for layer, norm in enumerate(epoch.gradient_norms or [], start=1):
        if norm is not None:
            yield f"gradient_norm.{layer}", norm
