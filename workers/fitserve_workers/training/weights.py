"""Weights as arrays in a file, by name."""

from pathlib import Path

import keras
import numpy as np


def write_weights(model: keras.Model, path: Path) -> None:
    """Write the weights as an `.npz` without pickles, by name: `hidden_1/kernel`, `output/bias`."""
    arrays = {_name(variable): np.asarray(variable) for variable in model.weights}
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_weights(model: keras.Model, path: Path) -> None:
    """Assign what `write_weights` wrote of a model of the same shape.

    Raises:
        KeyError: the file lacks one of the model's weights.
    """
    with np.load(path, allow_pickle=False) as arrays:
        for variable in model.weights:
            variable.assign(arrays[_name(variable)])


def _name(variable: keras.Variable) -> str:
    path: str = variable.path.partition("/")[2]
    return path
