"""Trained, did not train, or diverged: the verdict on a finished run, with its evidence."""

import math
from dataclasses import dataclass

import keras
import numpy as np

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.results import Verdict
from fitserve_workers.diagnostics.outputs import Outputs, log_probabilities, outputs_of
from fitserve_workers.training import Training

ROWS = 10_000
LEAST_EXPLAINED = 0.1
LEAST_SPREAD = 0.05


@dataclass(frozen=True)
class _Fit:
    """How a network answers to training rows.

    Attributes:
        loss: mean over the rows, without any penalty.
        constant_loss: what the best answer without a look at the inputs gives.
        answers: values, or the probability of each class, (rows, outputs).
        targets: values, or 1 at the label's class and 0 elsewhere, (rows, outputs).
    """

    loss: float
    constant_loss: float
    answers: Outputs
    targets: Outputs

    @property
    def explained(self) -> float:
        """Share of the constant predictor's loss that the network does away with.

        For values R², for labels McFadden's (1974) pseudo-R²; below 0 where the network is worse.
        """
        return 1 - self.loss / self.constant_loss

    @property
    def spread(self) -> float:
        """Standard deviation of the answers over the inputs, as a share of the targets'."""
        own, wanted = (values.var(axis=0).sum() for values in (self.answers, self.targets))
        return math.sqrt(own / wanted)


def verdict(training: Training, dataset: Dataset) -> Verdict:
    """Return what the finished run is worth.

    A run did not train if its loss over training rows, the first 10,000 at most, without penalty
    and without dropout, is not at least 10 % below a constant predictor's, or if its answers are
    nearly the same for every input: if they spread less than 5 % as far as the targets.
    Where the run stopped before its last epoch, the evidence says why.
    """
    assert training.last is not None
    if training.last.loss is None:
        return _diverged("the loss", training.last.epoch)
    if not all(np.isfinite(weights).all() for weights in training.model.get_weights()):
        return _diverged("a weight", training.last.epoch)
    fit = _fit(training.model, dataset)
    if not math.isfinite(fit.loss):
        return _diverged("the finished network's loss", training.last.epoch)
    judged = _judged(fit)
    if training.stopped is None:
        return judged
    return judged.model_copy(update={"evidence": judged.evidence | {"stopped": training.stopped}})


def _diverged(what: str, epoch: int) -> Verdict:
    return Verdict(
        name="diverged",
        reason=f"{what} was not a finite number in epoch {epoch}",
        evidence={"epoch": epoch},
    )


def _fit(model: keras.Model, dataset: Dataset) -> _Fit:
    outputs = outputs_of(model, dataset.train.inputs[:ROWS])
    targets = dataset.train.targets[:ROWS]
    if dataset.info.task == "regression":
        values = targets.astype(np.float64)
        loss = float(np.mean((outputs - values) ** 2))
        return _Fit(loss, float(values.var(axis=0).mean()), outputs, values)
    logarithms = log_probabilities(outputs)
    labels = np.eye(logarithms.shape[1])[targets]
    shares = labels.mean(axis=0)
    present = shares[shares > 0]
    loss = -float(np.mean(logarithms[np.arange(len(labels)), targets]))
    return _Fit(loss, -float(present @ np.log(present)), np.exp(logarithms), labels)


def _judged(fit: _Fit) -> Verdict:
    trained = fit.explained >= LEAST_EXPLAINED and fit.spread >= LEAST_SPREAD
    return Verdict(
        name="trained" if trained else "did_not_train",
        reason=(
            f"loss {fit.loss:.4g} over {len(fit.targets):,} training rows, where a constant answer "
            f"gives {fit.constant_loss:.4g}: {_compared(fit.explained)}, and at least "
            f"{LEAST_EXPLAINED:.0%} less is asked for; the answers spread {fit.spread:.1%} as far "
            f"as the targets, and at least {LEAST_SPREAD:.0%} is asked for"
        ),
        evidence={
            "rows": len(fit.targets),
            "loss": fit.loss,
            "constant_loss": fit.constant_loss,
            "explained": fit.explained,
            "spread": fit.spread,
        },
    )


def _compared(explained: float) -> str:
    return f"{explained:.1%} less" if explained >= 0 else f"{-explained:.1%} more"
