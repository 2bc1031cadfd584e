"""Specs that the API's documentation shows, ready to be posted."""

from typing import Any

SPECS: dict[str, Any] = {
    "digits": {
        "summary": "Digits: two learning rates, two repetitions each",
        "value": {
            "name": "learning rates, 100 neurons",
            "dataset": "mnist",
            "network": {"hidden_layers": [100], "activation": "relu"},
            "training": {
                "optimizer": {"name": "sgd"},
                "learning_rates": [0.01, 0.1],
                "batch_size": 8,
                "epochs": 5,
            },
            "repetitions": 2,
        },
    },
    "eckerle4": {
        "summary": "Eckerle4: the exercise sheet's best network",
        "value": {
            "name": "the sheet's best",
            "dataset": "eckerle4",
            "network": {"hidden_layers": [128, 128, 64], "activation": "relu"},
            "training": {
                "optimizer": {"name": "adam"},
                "learning_rates": [0.001],
                "batch_size": 2,
                "epochs": 256,
            },
            "repetitions": 4,
        },
    },
    "binary": {
        "summary": "Digits: is it a 3?",
        "value": {"name": "threes", "dataset": "mnist", "target": {"is": [3]}},
    },
    "preset": {
        "summary": "The exercise sheet's configuration B, with three repetitions",
        "value": {"preset": "mnist-B", "repetitions": 3},
    },
    "least": {"summary": "Everything by default", "value": {"dataset": "mnist"}},
}
