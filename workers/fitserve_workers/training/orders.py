"""In which order the rows of each epoch are visited."""

import numpy as np
from numpy.typing import NDArray

from fitserve_core.seeds import generator
from fitserve_workers.training.keys import GRADIENT_ROWS, ORDER

BLOCK_STEPS = 32_768
MAX_BLOCK_EPOCHS = 1_024
MAX_GRADIENT_ROWS = 256


def steps_per_epoch(rows: int, batch_size: int) -> int:
    """Return the number of mini-batches of an epoch, a last short one included."""
    return -(-rows // batch_size)


def block_epochs(steps: int) -> int:
    """Return how many epochs of `steps` steps share a block of orders.

    It depends on nothing else, so that it belongs to the compiled program's shape: one epoch of
    MNIST, a thousand of Eckerle4, so that a slice of time is one call in both.
    """
    return min(max(BLOCK_STEPS // steps, 1), MAX_BLOCK_EPOCHS)


def epoch_order(seed: int, epoch: int, rows: int) -> NDArray[np.int32]:
    """Return the permutation of the rows that `epoch`, from 0, of the run with `seed` visits."""
    return generator(seed, ORDER, epoch).permutation(rows).astype(np.int32)


def order_block(
    seed: int, epochs: range, rows: int, block: int, batch_size: int
) -> NDArray[np.int32]:
    """Return the orders of `epochs`, (block, rows of an epoch's mini-batches).

    What a short batch lacks is the row before once more; epochs after `epochs` are never visited.
    """
    orders = np.zeros((block, steps_per_epoch(rows, batch_size) * batch_size), np.int32)
    for place, epoch in enumerate(epochs):
        orders[place, :rows] = epoch_order(seed, epoch, rows)
        orders[place, rows:] = orders[place, rows - 1]
    return orders


def gradient_rows(seed: int, rows: int) -> NDArray[np.int32]:
    """Return the training rows on which the run with `seed` measures gradients, always the same."""
    count = min(rows, MAX_GRADIENT_ROWS)
    return generator(seed, GRADIENT_ROWS).permutation(rows)[:count].astype(np.int32)
