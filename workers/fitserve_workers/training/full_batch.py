"""Training on all rows at once, by L-BFGS-B: an epoch is one iteration."""

import time

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.results import EpochFigures
from fitserve_core.spec import Lbfgs, RunPlan
from fitserve_workers.training.cache import ProgramCache
from fitserve_workers.training.compiled import Tensors
from fitserve_workers.training.figures import Means, epoch_figures, finite_list
from fitserve_workers.training.iterations import Iterations
from fitserve_workers.training.objective import Objective
from fitserve_workers.training.pace import SLICE_SECONDS
from fitserve_workers.training.shape import Shape


class FullBatch:
    """The loop of SciPy's L-BFGS-B over the compiled loss and gradient.

    An epoch's training figures are those of all training rows at the iteration's end.

    SciPy's memory of curvature cannot be saved: a resumed run starts again and repeats, without
    reporting it, what is recorded. Nothing in it is random, so it comes to the same weights.

    Args:
        plan: what to train.
        dataset: its rows.
        rows: the same as tensors.
        programs: where compiled programs are kept.

    Attributes:
        program: whose model is trained.
        at_epoch_end: whether it stands between iterations, with the recorded ones behind it.
    """

    def __init__(
        self, plan: RunPlan, dataset: Dataset, rows: Tensors, programs: ProgramCache
    ) -> None:
        assert isinstance(plan.optimizer, Lbfgs)
        self.program = programs.get(Objective, Shape.of(plan, dataset))
        self._history = plan.optimizer.history
        self._dataset = dataset
        self._rows = rows

    @property
    def ended(self) -> str | None:
        """SciPy's reason for going no further, or None."""
        return self._iterations.ended if self._iterations else None

    def begin(self, epoch: int) -> None:
        """Go on from the end of `epoch`, 0 for a run's start, with the program's variables."""
        self.at_epoch_end = True
        self._recorded = epoch
        self._epoch = 0
        self._seconds = 0.0
        self._iterations: Iterations | None = None

    def advance(self, last: int) -> list[EpochFigures]:  # noqa: ARG002 - never more than one epoch
        """Train for about a quarter of a second, at most to the end of an iteration."""
        began = time.perf_counter()
        if self._iterations is None:
            self._iterations = self._start()
        means = self._iterations.run(began + SLICE_SECONDS)
        if means is None:
            self.at_epoch_end = False
            self._seconds += time.perf_counter() - began
            return []
        self._epoch += 1
        self.at_epoch_end = self._epoch >= self._recorded
        repeated = self._epoch <= self._recorded
        validation = None if repeated else self._validation_means()
        seconds, self._seconds = self._seconds + time.perf_counter() - began, 0.0
        return [] if repeated else [self._figures(means, validation, seconds)]

    def _start(self) -> Iterations:
        if self._recorded == 0:
            self.program.start.assign(self.program.weights)
        return Iterations(self.program, self._rows.train, self._history)

    def _validation_means(self) -> Means | None:
        rows = self._rows.validation
        return None if rows is None else self.program.evaluate(rows)

    def _figures(self, train: Means, validation: Means | None, seconds: float) -> EpochFigures:
        assert self._iterations is not None
        gradient = self._iterations.gradient
        norms = None if gradient is None else finite_list(self.program.layer_norms(gradient))
        return EpochFigures(
            epoch=self._epoch,
            seconds=seconds,
            gradient_norms=norms,
            **epoch_figures(self.program.task, self._dataset, train, validation),
        )
