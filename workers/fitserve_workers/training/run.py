"""One run in progress: slices of compiled epochs, their figures, and its checkpoints."""

import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.results import EpochFigures
from fitserve_core.spec import RunPlan
from fitserve_workers.training import checkpoint
from fitserve_workers.training.cache import ProgramCache
from fitserve_workers.training.figures import epoch_figures, final_figures
from fitserve_workers.training.orders import order_block
from fitserve_workers.training.pace import slice_end
from fitserve_workers.training.program import Sums
from fitserve_workers.training.shape import Shape
from fitserve_workers.training.stopping import Best, Patience
from fitserve_workers.training.weights import read_weights


class Training:
    """One run in progress.

    It holds the program of its shape: another run of that shape takes it over, with the model.

    Args:
        plan: what to train.
        dataset: its rows; the tasks and widths of `dataset.info` are what counts.
        programs: where compiled programs are kept.

    Attributes:
        epoch: whole epochs done.
        last: figures of the last epoch done, or None.
        compile_seconds: what compiling cost this run; 0 where the program was there.
    """

    def __init__(self, plan: RunPlan, dataset: Dataset, programs: ProgramCache) -> None:
        self.epoch = 0
        self.last: EpochFigures | None = None
        self._plan = plan
        self._patience = Patience(plan.early_stopping) if plan.early_stopping else None
        self._dataset = dataset
        self._program = programs.get(Shape.of(plan, dataset))
        self._rows = programs.tensors(dataset)
        self.compile_seconds = self._program.compile(self._rows.train, self._rows.validation)
        self._tenancy = self._program.let(plan.seed, plan.learning_rate)
        self._begin_block()

    @property
    def model(self) -> keras.Model:
        """The Keras model with the run's weights; its inputs and outputs are scaled."""
        self._program.require(self._tenancy)
        return self._program.model

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, patience is, or the last loss was not finite."""
        exhausted = self._patience is not None and self._patience.exhausted(self.epoch)
        return self._diverged or exhausted or self.epoch == self._plan.epochs

    @property
    def _diverged(self) -> bool:
        return self.last is not None and self.last.loss is None

    @property
    def at_epoch_end(self) -> bool:
        """Whether the run stands between epochs, where it can be saved."""
        return self._step % self._program.shape.steps == 0

    def advance(self) -> list[EpochFigures]:
        """Train for about a quarter of a second; return the figures of epochs that ended in it.

        A slice ends within the epoch in which it began, or with an epoch: whenever figures are
        returned, the run stands at an epoch's end and can be saved.
        """
        self._program.require(self._tenancy)
        if self.finished:
            return []
        if self._step == len(self._block) * self._program.shape.steps:
            self._begin_block()
        began, start = time.perf_counter(), self._step
        self._run_slice()
        figures = self._ended_epochs(start, time.perf_counter() - began)
        if self._patience is not None and figures:
            self._watch(self._patience, figures[-1])
        return figures

    def save(self, path: Path) -> None:
        """Write a checkpoint, from which `restore` goes on as if nothing had happened.

        Raises:
            RuntimeError: the run stands within an epoch.
        """
        self._program.require(self._tenancy)
        if not self.at_epoch_end:
            raise RuntimeError(
                f"a checkpoint is taken at the end of an epoch; epoch {self.epoch + 1} is under way"
            )
        checkpoint.write(path, self._plan, self._variables(), self.last, self._best)

    def restore(self, path: Path) -> None:
        """Go on from a checkpoint of the same plan.

        Raises:
            ValueError: the checkpoint is of another plan.
        """
        self._program.require(self._tenancy)
        self.last, best = checkpoint.read(path, self._plan, self._variables())
        if self._patience is not None:
            self._patience.best = best
        self.epoch = self.last.epoch if self.last else 0
        self._begin_block()

    def start_from(self, path: Path) -> None:
        """Begin with the exported weights of another run instead of fresh ones.

        Raises:
            ValueError: the run has begun.
        """
        self._program.require(self._tenancy)
        if self.epoch or self._step:
            raise ValueError(f"the run has begun: it stands in epoch {self.epoch + 1}")
        read_weights(self._program.model, path)

    def final_figures(self) -> dict[str, float | None]:
        """Return the kept epoch's figures and the test figures; None for what is not finite.

        The kept epoch is the best one of early stopping, or else the last one.
        """
        self._program.require(self._tenancy)
        assert self.last is not None
        kept = self._best.figures if self._best and not self._diverged else self.last
        test = self._program.evaluate(self._rows.test)
        return final_figures(self._program.task, self._dataset, kept, test)

    @property
    def _best(self) -> Best | None:
        return self._patience.best if self._patience else None

    def _watch(self, patience: Patience, figures: EpochFigures) -> None:
        """Keep the best epoch; at the end of a run that has not diverged, return to it."""
        variables = self._program.model.variables
        patience.see(figures, variables)
        if self.finished and not self._diverged and patience.best is not None:
            for variable, best in zip(variables, patience.best.weights, strict=True):
                variable.assign(best)

    def _begin_block(self) -> None:
        shape = self._program.shape
        last = min(self.epoch + shape.block, self._plan.epochs)
        self._block = range(self.epoch, last)
        self._orders = tf.constant(
            order_block(self._plan.seed, self._block, shape.train_rows, shape.block)
        )
        self._sums: Sums = self._program.no_sums()
        self._step = 0
        self._seconds = 0.0

    def _run_slice(self) -> None:
        steps = self._program.shape.steps
        # Early stopping looks at the weights of every epoch, so its slices span none.
        epochs = self._step // steps + 1 if self._patience else len(self._block)
        end = slice_end(self._step, epochs * steps, steps, self._program.seconds_per_step)
        self._sums, self._step = self._program.slice(
            self._rows.train, self._rows.validation, self._orders, self._sums, self._step, end
        )

    def _ended_epochs(self, start: int, seconds: float) -> list[EpochFigures]:
        steps = self._program.shape.steps
        self._program.seconds_per_step = seconds / (self._step - start)
        self._seconds += seconds
        ended = range(start // steps, self._step // steps)
        if not ended:
            return []
        share, self._seconds = self._seconds / len(ended), 0.0
        train = np.asarray(self._sums.train) / len(self._dataset.train)
        validation = self._validation_means()
        rates = self._program.learning_rate.at(
            [(self._block[place] + 1) * steps - 1 for place in ended], self._plan.learning_rate
        )
        figures = [
            EpochFigures(
                epoch=self._block[place] + 1,
                learning_rate=rate,
                seconds=share,
                **epoch_figures(
                    self._program.task,
                    self._dataset,
                    train[place],
                    None if validation is None else validation[place],
                ),
            )
            for place, rate in zip(ended, rates, strict=True)
        ]
        self.last = figures[-1]
        self.epoch = self.last.epoch
        return figures

    def _validation_means(self) -> NDArray[np.float64] | None:
        if self._dataset.validation is None:
            return None
        means: NDArray[np.float64] = np.asarray(self._sums.validation) / len(
            self._dataset.validation
        )
        return means

    def _variables(self) -> list[Any]:
        return [*self._program.model.variables, *self._program.optimizer.variables]
