"""Training by mini-batches: slices of compiled epochs, and their figures."""

import time

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.results import EpochFigures
from fitserve_core.spec import RunPlan
from fitserve_workers.training.cache import ProgramCache
from fitserve_workers.training.compiled import Tensors
from fitserve_workers.training.figures import epoch_figures, finite_list
from fitserve_workers.training.orders import gradient_rows, order_block
from fitserve_workers.training.pace import slice_end
from fitserve_workers.training.program import Program, Sums
from fitserve_workers.training.shape import Shape


class MiniBatches:
    """The loop of an optimizer that takes a step for each mini-batch.

    Args:
        plan: what to train.
        dataset: its rows.
        rows: the same as tensors.
        programs: where compiled programs are kept.
    """

    ended = None

    def __init__(
        self, plan: RunPlan, dataset: Dataset, rows: Tensors, programs: ProgramCache
    ) -> None:
        shape = Shape.of(plan, dataset, skips_zeros=rows.skips_zeros)
        self.program = programs.get(Program, shape)
        self._plan = plan
        self._dataset = dataset
        self._rows = rows
        self._sample = tf.constant(gradient_rows(plan.seed, len(dataset.train)))

    @property
    def at_epoch_end(self) -> bool:
        """Whether it stands between epochs."""
        return self._step % self.program.shape.steps == 0

    def begin(self, epoch: int) -> None:
        """Go on from the end of `epoch`, 0 for a run's start, with the program's variables."""
        shape = self.program.shape
        self._block = range(epoch, min(epoch + shape.block, self._plan.epochs))
        self._orders = tf.constant(
            order_block(
                self._plan.seed, self._block, shape.train_rows, shape.block, shape.batch_size
            )
        )
        self._sums: Sums = self.program.no_sums()
        self._step = 0
        self._seconds = 0.0

    def advance(self, last: int) -> list[EpochFigures]:
        """Train for about a quarter of a second, not beyond the epoch `last`.

        A slice ends within the epoch in which it began, or with an epoch.
        """
        if self._step == len(self._block) * self.program.shape.steps:
            self.begin(self._block.stop)
        began, start = time.perf_counter(), self._step
        self._run_slice(last)
        return self._ended_epochs(start, time.perf_counter() - began)

    def _run_slice(self, last: int) -> None:
        steps = self.program.shape.steps
        epochs = min(last, self._block.stop) - self._block.start
        end = slice_end(self._step, epochs * steps, steps, self.program.seconds_per_step)
        self._sums, self._step = self.program.slice(
            self._rows, self._orders, self._sample, self._sums, self._step, end
        )

    def _ended_epochs(self, start: int, seconds: float) -> list[EpochFigures]:
        steps = self.program.shape.steps
        self.program.seconds_per_step = seconds / (self._step - start)
        self._seconds += seconds
        ended = range(start // steps, self._step // steps)
        if not ended:
            return []
        share, self._seconds = self._seconds / len(ended), 0.0
        train = np.asarray(self._sums.train) / len(self._dataset.train)
        validation = self._validation_means()
        gradients = np.asarray(self._sums.gradients)
        assert self._plan.learning_rate is not None
        rates = self.program.learning_rate.at(
            [(self._block[place] + 1) * steps - 1 for place in ended], self._plan.learning_rate
        )
        return [
            EpochFigures(
                epoch=self._block[place] + 1,
                learning_rate=rate,
                seconds=share,
                gradient_norms=finite_list(gradients[place]),
                **epoch_figures(
                    self.program.task,
                    self._dataset,
                    train[place],
                    None if validation is None else validation[place],
                ),
            )
            for place, rate in zip(ended, rates, strict=True)
        ]

    def _validation_means(self) -> NDArray[np.float64] | None:
        if self._dataset.validation is None:
            return None
        means: NDArray[np.float64] = np.asarray(self._sums.validation) / len(
            self._dataset.validation
        )
        return means
