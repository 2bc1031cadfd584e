"""The floor: plain SGD of one ReLU layer and a softmax, written out by hand for Numba."""

import sys
from functools import partial
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from benchmarks.training.contest import Candidates, Trainer, answer_turns
from benchmarks.training.problem import Floats, Problem

Ints = NDArray[Any]
Weights = tuple[Floats, Floats, Floats, Floats]


class NumbaLoop(Trainer):
    """The loops below over a problem's rows."""

    def __init__(self, problem: Problem, *, skip_zeros: bool) -> None:
        self._problem = problem
        self._skip_zeros = skip_zeros

    def reset(self) -> None:
        """Return to the initial weights."""
        w1, b1, w2, b2 = (part.copy() for part in self._problem.weights)
        self._weights = w1, b1, w2, b2

    def train(self) -> float:
        """Train the epoch with one call."""
        workload = self._problem.workload
        rate = np.float32(workload.learning_rate)
        train = train_row_by_row if workload.batch_size == 1 else train_batches
        loss, _ = train(
            self._problem.inputs,
            self._problem.targets,
            self._problem.orders[0],
            self._weights,
            rate,
            workload.batch_size,
            self._skip_zeros,
        )
        return float(loss) / len(self._problem.orders[0])


@numba.njit(fastmath=True)
def train_row_by_row(
    inputs: Floats,
    targets: Ints,
    order: Ints,
    weights: Weights,
    rate: np.float32,
    size: int,  # noqa: ARG001
    skip_zeros: bool,  # noqa: FBT001
) -> tuple[float, int]:
    """Train at batch size 1; return the sums of losses and of right answers."""
    w1, b1, w2, b2 = weights
    hidden, back = np.empty_like(b1), np.empty_like(b1)
    out = np.empty_like(b2)
    loss, right = 0.0, 0
    for place in order:
        row, target = inputs[place], targets[place]
        hidden[:] = b1
        for i in range(len(row)):
            x = row[i]
            if skip_zeros and x == 0:
                continue
            for j in range(len(hidden)):
                hidden[j] += x * w1[i, j]
        out[:] = b2
        for j in range(len(hidden)):
            hidden[j] = max(hidden[j], np.float32(0))
            for k in range(len(out)):
                out[k] += hidden[j] * w2[j, k]
        right += np.argmax(out) == target
        loss += softmax_loss(out, target)
        for j in range(len(hidden)):
            gradient = np.float32(0)
            for k in range(len(out)):
                gradient += out[k] * w2[j, k]
            back[j] = rate * gradient if hidden[j] > 0 else np.float32(0)
            for k in range(len(out)):
                w2[j, k] -= rate * out[k] * hidden[j]
        for k in range(len(out)):
            b2[k] -= rate * out[k]
        for j in range(len(back)):
            b1[j] -= back[j]
        for i in range(len(row)):
            x = row[i]
            if skip_zeros and x == 0:
                continue
            for j in range(len(back)):
                w1[i, j] -= x * back[j]
    return loss, right


@numba.njit(fastmath=True)
def train_batches(
    inputs: Floats,
    targets: Ints,
    order: Ints,
    weights: Weights,
    rate: np.float32,
    size: int,
    skip_zeros: bool,  # noqa: FBT001
) -> tuple[float, int]:
    """Train in mini-batches; return the sums of losses and of right answers."""
    w1, b1, w2, b2 = weights
    hidden = np.empty((size, len(b1)), np.float32)
    back = np.empty_like(hidden)
    out = np.empty((size, len(b2)), np.float32)
    rows = np.empty((size, inputs.shape[1]), np.float32)
    update = np.empty_like(b1)
    step_rate = rate / np.float32(size)
    loss, right = 0.0, 0
    for start in range(0, len(order), size):
        for n in range(size):
            rows[n] = inputs[order[start + n]]
            hidden[n] = b1
            out[n] = b2
        for i in range(rows.shape[1]):
            for n in range(size):
                x = rows[n, i]
                if skip_zeros and x == 0:
                    continue
                for j in range(len(b1)):
                    hidden[n, j] += x * w1[i, j]
        for n in range(size):
            target = targets[order[start + n]]
            for j in range(len(b1)):
                hidden[n, j] = max(hidden[n, j], np.float32(0))
                for k in range(len(b2)):
                    out[n, k] += hidden[n, j] * w2[j, k]
            right += np.argmax(out[n]) == target
            loss += softmax_loss(out[n], target)
            for j in range(len(b1)):
                gradient = np.float32(0)
                for k in range(len(b2)):
                    gradient += out[n, k] * w2[j, k]
                back[n, j] = step_rate * gradient if hidden[n, j] > 0 else np.float32(0)
        for n in range(size):
            for j in range(len(b1)):
                b1[j] -= back[n, j]
                for k in range(len(b2)):
                    w2[j, k] -= step_rate * out[n, k] * hidden[n, j]
            for k in range(len(b2)):
                b2[k] -= step_rate * out[n, k]
        for i in range(rows.shape[1]):
            update[:] = 0
            some = False
            for n in range(size):
                x = rows[n, i]
                if skip_zeros and x == 0:
                    continue
                some = True
                for j in range(len(b1)):
                    update[j] += x * back[n, j]
            if some:
                for j in range(len(b1)):
                    w1[i, j] -= update[j]
    return loss, right


@numba.njit(fastmath=True)
def softmax_loss(out: Floats, target: int) -> float:
    """Return the cross-entropy of logits; they become its gradient."""
    most = out.max()
    total = np.float32(0)
    for k in range(len(out)):
        out[k] = np.exp(out[k] - most)
        total += out[k]
    for k in range(len(out)):
        out[k] /= total
    loss: float = -np.log(out[target])
    out[target] -= 1
    return loss


def candidates(problem: Problem) -> Candidates:
    """Return the loop that was asked for."""
    skip_zeros = sys.argv[1] == "skip-zeros"
    words = "zero inputs skipped" if skip_zeros else "dense"
    return {f"one call, {words}, fastmath": partial(NumbaLoop, problem, skip_zeros=skip_zeros)}


if __name__ == "__main__":
    answer_turns(f"Numba {numba.__version__}", candidates)
