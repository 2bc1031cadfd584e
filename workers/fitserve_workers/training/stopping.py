"""Early stopping: which epoch was best, and when to wait no longer."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fitserve_core.results import EpochFigures
from fitserve_core.spec import EarlyStopping


class Best(NamedTuple):
    """The best epoch so far, and the model's variables at its end."""

    figures: EpochFigures
    weights: list[NDArray[Any]]


class Patience:
    """Waits for a validation figure to get better.

    Args:
        rule: which figure, and for how many epochs.

    Attributes:
        best: the best epoch so far; None before the first with a finite figure.
    """

    def __init__(self, rule: EarlyStopping) -> None:
        self._rule = rule
        self.best: Best | None = None

    def see(self, figures: EpochFigures, variables: Sequence[Any]) -> None:
        """Keep the epoch that has just ended if it is the best one; of equals, the first."""
        rank = self._rank(figures)
        if rank is None:
            return
        before = self._rank(self.best.figures) if self.best else None
        if before is None or rank > before:
            self.best = Best(figures, [np.array(variable) for variable in variables])

    def exhausted(self, epoch: int) -> bool:
        """Whether `patience` epochs up to `epoch` have brought nothing better."""
        return epoch - (self.best.figures.epoch if self.best else 0) >= self._rule.patience

    @property
    def told(self) -> str:
        """What it waits for, for people."""
        return f"no better {self._rule.monitor} for {self._rule.patience} epochs"

    def _rank(self, figures: EpochFigures) -> float | None:
        value: float | None = getattr(figures, self._rule.monitor)
        sign = 1 if self._rule.monitor == "val_accuracy" else -1
        return None if value is None else sign * value
