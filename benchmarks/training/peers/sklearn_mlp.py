"""scikit-learn's MLPClassifier and MLPRegressor, an epoch a call of `partial_fit`."""

from functools import partial

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor

from benchmarks.training.contest import Candidates, Trainer, answer_turns
from benchmarks.training.problem import Problem

ADAM_EPSILON = 1e-7


class SklearnMlp(Trainer):
    """The estimator with the problem's weights instead of its own."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        kind = MLPClassifier if problem.classes else MLPRegressor
        # Its squared error is half the mean squared error, and so are gradients; Adam does not see
        # that.
        self._times = 1 if problem.classes else 2
        self._targets = problem.targets if problem.classes else problem.targets[:, 0]
        self._make = partial(
            kind,
            hidden_layer_sizes=problem.workload.hidden,
            activation="logistic" if problem.workload.activation == "sigmoid" else "relu",
            solver=problem.workload.optimizer,
            alpha=0.0,
            batch_size=problem.workload.batch_size,
            learning_rate_init=problem.workload.learning_rate,
            momentum=0.0,
            nesterovs_momentum=False,
            epsilon=ADAM_EPSILON,
            shuffle=False,
        )

    def reset(self) -> None:
        """Return to the initial weights."""
        self._estimator = self._make()
        few = slice(self._problem.workload.batch_size)
        known = {"classes": np.arange(10)} if self._problem.classes else {}
        self._estimator.partial_fit(self._problem.inputs[few], self._targets[few], **known)
        for ours, theirs in zip(
            (self._problem.weights[::2], self._problem.weights[1::2]),
            (self._estimator.coefs_, self._estimator.intercepts_),
            strict=True,
        ):
            for part, place in zip(ours, theirs, strict=True):
                place[...] = part
        del self._estimator._optimizer

    def train(self) -> float:
        """Train all epochs."""
        for order in self._problem.orders:
            self._estimator.partial_fit(self._problem.inputs[order], self._targets[order])
        return float(self._estimator.loss_) * self._times


def candidates(problem: Problem) -> Candidates:
    """Return the one way that there is."""
    return {"partial_fit an epoch, float32, alpha=0, momentum=0": partial(SklearnMlp, problem)}


if __name__ == "__main__":
    answer_turns(f"scikit-learn {sklearn.__version__}", candidates)
