"""A model's outputs for many rows, in chunks so that memory stays bounded."""

import keras
import numpy as np
from numpy.typing import NDArray

CHUNK_ROWS = 1_000

Outputs = NDArray[np.float64]


def outputs_of(model: keras.Model, inputs: NDArray[np.float32]) -> Outputs:
    """Return the outputs, (rows, outputs), for scaled inputs, (rows, inputs)."""
    starts = range(0, len(inputs), CHUNK_ROWS)
    chunks = [model(inputs[start : start + CHUNK_ROWS], training=False) for start in starts]
    return np.concatenate([np.asarray(chunk, np.float64) for chunk in chunks])


def log_probabilities(outputs: Outputs) -> Outputs:
    """Return the logarithm of each class's probability, (rows, classes), from a network's logits.

    A single logistic output is the second of two classes, whose first has the logit 0.
    """
    logits = np.hstack([np.zeros_like(outputs), outputs]) if outputs.shape[1] == 1 else outputs
    shifted = logits - logits.max(axis=1, keepdims=True)
    normalised: Outputs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normalised
