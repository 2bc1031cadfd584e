"""Which data sets exist, and what a spec may assume about each.

Light on purpose: the client reads this table, so it imports neither NumPy nor a loader.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Task = Literal["classification", "binary_classification", "regression"]


@dataclass(frozen=True)
class DatasetInfo:
    """What a data set is, without its rows.

    Attributes:
        name: the name that a spec gives.
        task: decides the output activation, the loss and the deciding figure.
        inputs: width of one input row.
        outputs: number of output units.
        train_rows: how many rows are fitted, unless a spec lets some of them validate.
        loader: `module:function` that loads it, imported only when rows are wanted.
        spec_defaults: what a spec that names only the data set is filled with.
        side: height and width where inputs are square images, else None.
        validates: whether it has validation rows of its own.
    """

    name: str
    task: Task
    inputs: int
    outputs: int
    train_rows: int
    loader: str
    spec_defaults: dict[str, Any]
    side: int | None = None
    validates: bool = False


DATASETS = MappingProxyType(
    {
        "mnist": DatasetInfo(
            name="mnist",
            task="classification",
            inputs=784,
            outputs=10,
            train_rows=50_000,
            loader="fitserve_core.datasets.mnist:load",
            spec_defaults={
                "network": {"hidden_layers": [100], "activation": "relu"},
                "training": {"optimizer": {"name": "sgd"}, "batch_size": 8, "epochs": 10},
                "repetitions": 1,
            },
            side=28,
            validates=True,
        ),
        "eckerle4": DatasetInfo(
            name="eckerle4",
            task="regression",
            inputs=1,
            outputs=1,
            train_rows=21,
            loader="fitserve_core.datasets.eckerle4:load",
            spec_defaults={
                "network": {"hidden_layers": [128, 128, 64], "activation": "relu"},
                "training": {"optimizer": {"name": "adam"}, "batch_size": 2, "epochs": 256},
                "repetitions": 4,
            },
        ),
    }
)
