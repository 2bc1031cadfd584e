"""A workload with its rows, their order and the initial weights, as a folder that all read."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.training.workloads import Workload

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Problem:
    """What every contender trains, from the same weights in the same order.

    Attributes:
        workload: what it is.
        inputs: float32, (rows, inputs).
        targets: int32 labels, (rows,), or float32 values, (rows, 1).
        orders: which row comes when, int32, (epochs, rows).
        weights: of each layer kernel and bias, input side first; batch normalisation starts as the
            identity.
    """

    workload: Workload
    inputs: Floats
    targets: NDArray[Any]
    orders: NDArray[np.int32]
    weights: list[Floats]

    @property
    def classes(self) -> bool:
        """Whether the loss is the cross-entropy of ten classes, or the mean squared error."""
        return self.targets.ndim == 1

    @property
    def layers(self) -> list[tuple[Floats, Floats]]:
        """Kernel and bias of each layer."""
        return list(zip(self.weights[::2], self.weights[1::2], strict=True))

    @property
    def steps(self) -> int:
        """Of a turn, short batches at epochs' ends included."""
        return len(self.orders) * -(-len(self.inputs) // self.workload.batch_size)

    def write(self, folder: Path) -> None:
        """Write it for other processes."""
        folder.mkdir(parents=True)
        (folder / "workload.json").write_text(json.dumps(asdict(self.workload)))
        for name in ("inputs", "targets", "orders"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        np.savez(folder / "weights.npz", *self.weights)

    @classmethod
    def read(cls, folder: Path) -> "Problem":
        """Read what `write` wrote."""
        workload = json.loads((folder / "workload.json").read_text())
        inputs, targets, orders = (
            np.load(folder / f"{name}.npy") for name in ("inputs", "targets", "orders")
        )
        with np.load(folder / "weights.npz") as stored:
            weights = [stored[f"arr_{place}"] for place in range(len(stored.files))]
        asked = Workload(**workload | {"hidden": tuple(workload["hidden"])})
        return cls(asked, inputs, targets, orders, weights)
