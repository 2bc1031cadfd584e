"""What is trained, by name; for contenders of every environment, so without libraries."""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple


class Size(NamedTuple):
    """How much of a workload is trained."""

    rows: int
    epochs: int


@dataclass(frozen=True)
class Workload:
    """A network, how it is trained, and how much of it is a turn.

    Attributes:
        name: as tables call it, and `--only`.
        hidden: units of each hidden layer.
        batch_size: rows of a step; divides the rows of digits.
        rows: trained in a turn by contenders of microseconds a step.
        few: by those of hundreds of microseconds.
        tolerance: how far the mean loss may lie from this project's, as a share of it.
        activation: of the hidden layers.
        optimizer: `sgd` or `adam`.
        learning_rate: of all steps.
        dropout: share of the hidden units that a step leaves out.
        normalized: whether batch normalisation follows each hidden layer.
        dataset: `mnist`, or `eckerle4` with its 21 training rows.
        epochs: passes over the rows.
        compared_epochs: how many until losses are compared; rounding drives longer trainings apart.
        turns: how often each contender is asked.
    """

    name: str
    hidden: tuple[int, ...]
    batch_size: int
    rows: int
    few: int
    tolerance: float = 1e-4
    activation: Literal["relu", "sigmoid"] = "relu"
    optimizer: Literal["sgd", "adam"] = "sgd"
    learning_rate: float = 0.01
    dropout: float = 0.0
    normalized: bool = False
    dataset: Literal["mnist", "eckerle4"] = "mnist"
    epochs: int = 1
    compared_epochs: int = 1
    turns: int = 5

    @property
    def compared(self) -> Size:
        """What all contenders train to show that they train the same."""
        return Size(self.few, self.compared_epochs)

    def turn(self, *, slow: bool) -> Size:
        """Return what a contender trains in a turn."""
        return Size(self.few if slow else self.rows, self.epochs)

    def of(self, size: Size) -> "Workload":
        """Return the workload with the epochs of `size`."""
        return replace(self, epochs=size.epochs)


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("784-100-10, batch 1", (100,), 1, 50_000, 1_500),
        Workload("784-1000-10, batch 8", (1000,), 8, 16_000, 4_000),
        Workload("784-1000-10, batch 1", (1000,), 1, 8_000, 1_000),
        Workload("784-1000-10, batch 8, dropout", (1000,), 8, 16_000, 4_000, 0.1, dropout=0.2),
        Workload(
            *("784-1000-10, batch 8, Adam", (1000,), 8, 8_000, 4_000, 1e-2),
            optimizer="adam",
            learning_rate=0.001,
        ),
        Workload(
            *("Eckerle4, 1-128-128-64-1, Adam, batch 2, 256 epochs", (128, 128, 64), 2, 21, 21),
            tolerance=1e-2,
            optimizer="adam",
            learning_rate=0.001,
            dataset="eckerle4",
            epochs=256,
            compared_epochs=8,
            turns=3,
        ),
        Workload("784-100-10, batch 128", (100,), 128, 49_920, 12_800),
        Workload(
            *("784-6×100-10, sigmoid, normalised, batch 8", (100,) * 6, 8, 16_000, 4_000, 1e-3),
            activation="sigmoid",
            normalized=True,
        ),
    )
}
