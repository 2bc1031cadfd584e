"""What a loader returns: scaled rows, and the scales that lead back to the data's own units."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fitserve_core.datasets.registry import DatasetInfo

Array = NDArray[np.float32]
Scaling = Literal["train", "full"]


@dataclass(frozen=True)
class Scale:
    """The linear map of [minimum, maximum] in the data's own units to [0, 1]."""

    minimum: float
    maximum: float

    @property
    def width(self) -> float:
        """Length of the range, in the data's own units."""
        return self.maximum - self.minimum

    def apply(self, values: NDArray[np.floating]) -> Array:
        """Return `values` on the [0, 1] scale."""
        return ((values - self.minimum) / self.width).astype(np.float32)

    def invert(self, scaled: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return `scaled` values in the data's own units."""
        return np.asarray(scaled, np.float64) * self.width + self.minimum


@dataclass(frozen=True)
class Division:
    """How rows are divided, where the data set has no division of its own.

    Attributes:
        seed: decides which rows train and which test.
        validation_share: share of the training rows that validate instead.
        folds: parts of the training rows, of which one validates instead.
        fold: which one, from 0; None without folds.
    """

    seed: int = 0
    validation_share: float = 0.0
    folds: int | None = None
    fold: int | None = None


@dataclass(frozen=True)
class Rows:
    """Rows ready for training.

    Attributes:
        inputs: float32, (rows, inputs), scaled.
        targets: int32 labels, (rows,), or float32 values, (rows, outputs), scaled.
    """

    inputs: Array
    targets: NDArray[np.int32] | Array

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class Dataset:
    """A data set divided and scaled as one experiment asks for.

    Attributes:
        info: the registry's entry.
        train: rows that are fitted.
        validation: rows that choose the kept model, or None.
        test: rows that are only ever reported.
        input_scale: from the data's own units to what `inputs` hold.
        target_scale: the same for `targets`; None for labels.
        full_target_scale: range of the targets of all rows, on which MSE is reported.
    """

    info: DatasetInfo
    train: Rows
    validation: Rows | None
    test: Rows
    input_scale: Scale
    target_scale: Scale | None = None
    full_target_scale: Scale | None = None
