"""The two experiments of the demo."""

from typing import Any

DIGITS: dict[str, Any] = {
    "name": "digits, 784-100-10",
    "dataset": "mnist",
    "network": {"hidden_layers": [100]},
    "training": {
        "optimizer": "sgd",
        "learning_rates": [0.01, 0.1],
        "batch_size": 8,
        "epochs": 5,
    },
    "repetitions": 2,
}

CURVE: dict[str, Any] = {
    "name": "Eckerle4, 1-128-128-64-1",
    "dataset": "eckerle4",
    "network": {"hidden_layers": [128, 128, 64]},
    "training": {
        "optimizer": "adam",
        "learning_rates": [0.001],
        "batch_size": 2,
        "epochs": 256,
    },
    "repetitions": 4,
}
