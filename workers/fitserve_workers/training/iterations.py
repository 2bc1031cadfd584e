"""The iterations of L-BFGS-B over a compiled objective, in slices of time."""

import math
import time
from typing import Any

import numpy as np

from fitserve_workers.training.figures import Means
from fitserve_workers.training.minimizer import Ended, Event, Reached, minimization
from fitserve_workers.training.objective import Objective, Totals
from fitserve_workers.training.pace import slice_end


class Iterations:
    """Iterations from the weights that the program calls its start.

    A search that finds nothing lower counts as one, with the figures of the one before, and is the
    last.

    Args:
        program: what is minimised.
        train: tensors of all training rows' inputs and targets.
        history: how many past steps approximate second derivatives.

    Attributes:
        ended: SciPy's reason for going no further, or None.
        gradient: at the end of the last iteration, of all weights; None before.
    """

    def __init__(self, program: Objective, train: Any, history: int) -> None:
        self.ended: str | None = None
        self.gradient: Any = None
        self._program = program
        self._train = train
        self._minimization = minimization(np.array(program.start), history)
        self._lowest: Means | None = None
        self._evaluate(next(self._minimization))

    def run(self, deadline: float) -> Means | None:
        """Go on until `deadline`, on `time.perf_counter`, or the end of an iteration.

        Returns the means over the training rows of its figures, the loss first, if one has ended:
        the model then has its weights. After means with a loss that is not finite, or once it has
        `ended`, nothing can follow.
        """
        means = self._slice()
        while means is None and time.perf_counter() < deadline:
            means = self._slice()
        return means

    def _evaluate(self, wanted: Event) -> None:
        self._weights = wanted.weights
        self._totals: Totals = self._program.no_totals()
        self._chunk = 0

    def _slice(self) -> Means | None:
        program, start = self._program, self._chunk
        began = time.perf_counter()
        self._chunk = slice_end(start, program.chunks, program.chunks, program.seconds_per_chunk)
        self._totals = program.slice(self._train, self._weights, self._totals, start, self._chunk)
        program.seconds_per_chunk = (time.perf_counter() - began) / (self._chunk - start)
        return self._answer() if self._chunk == program.chunks else None

    def _answer(self) -> Means | None:
        """Tell SciPy the totals; return the means of the iteration that they end, if any."""
        means: Means = np.asarray(self._totals.figures) / self._program.shape.train_rows
        if not math.isfinite(means[0]):
            return means
        event = self._minimization.send((float(means[0]), np.asarray(self._totals.gradient)))
        reached = isinstance(event, Reached)
        if reached or self._lowest is None:
            self._lowest, self.gradient = means, self._totals.gradient
        if reached:
            event = self._minimization.send(None)
        if isinstance(event, Ended):
            self.ended = f"L-BFGS-B: {event.reason}"
            self._program.place(event.weights)
            return self._lowest
        self._evaluate(event)
        return means if reached else None
