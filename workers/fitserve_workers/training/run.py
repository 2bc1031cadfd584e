"""One run in progress: its epochs, when it ends, what it keeps, and its checkpoints."""

from pathlib import Path

import keras

from fitserve_core.datasets.dataset import Dataset
from fitserve_core.results import EpochFigures
from fitserve_core.spec import Lbfgs, RunPlan
from fitserve_workers.training import checkpoint
from fitserve_workers.training.cache import ProgramCache
from fitserve_workers.training.figures import final_figures
from fitserve_workers.training.full_batch import FullBatch
from fitserve_workers.training.loop import Loop
from fitserve_workers.training.minibatches import MiniBatches
from fitserve_workers.training.pretraining import AutoencoderStack
from fitserve_workers.training.sparse import leaves_zeros_alone
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
        pretraining: the autoencoders that give the hidden layers their first weights; None without
            pre-training, and in a run that goes on from a checkpoint.
        compile_seconds: what compiling cost this run; 0 where the program was there.
    """

    def __init__(self, plan: RunPlan, dataset: Dataset, programs: ProgramCache) -> None:
        self.epoch = 0
        self.last: EpochFigures | None = None
        self._ended: str | None = None
        self._plan = plan
        self._patience = Patience(plan.early_stopping) if plan.early_stopping else None
        self._dataset = dataset
        self._rows = programs.tensors(dataset, skip_zeros=leaves_zeros_alone(plan))
        loop = FullBatch if isinstance(plan.optimizer, Lbfgs) else MiniBatches
        self._loop: Loop = loop(plan, dataset, self._rows, programs)
        self._program = self._loop.program
        self.compile_seconds = self._program.compile(self._rows)
        self._tenancy = self._program.let(plan)
        self._loop.begin(self.epoch)
        self.pretraining = (
            AutoencoderStack(
                plan.pretraining, plan, dataset.train.inputs, self._program.model, programs.inner
            )
            if plan.pretraining
            else None
        )

    @property
    def model(self) -> keras.Model:
        """The Keras model with the run's weights; its inputs and outputs are scaled."""
        self._program.require(self._tenancy)
        return self._program.model

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, none better can follow, or the last loss was not finite."""
        return self._diverged or self.stopped is not None or self.epoch == self._plan.epochs

    @property
    def stopped(self) -> str | None:
        """Why it goes no further before its last epoch, or None."""
        if self._patience is not None and self._patience.exhausted(self.epoch):
            return self._patience.told
        return self._ended

    @property
    def _diverged(self) -> bool:
        return self.last is not None and self.last.loss is None

    @property
    def at_epoch_end(self) -> bool:
        """Whether the run stands between epochs, where it can be saved."""
        return self._loop.at_epoch_end

    def advance(self) -> list[EpochFigures]:
        """Train for about a quarter of a second; return the figures of epochs that ended in it.

        A slice ends within the epoch in which it began, or with an epoch: whenever figures are
        returned, the run stands at an epoch's end and can be saved.
        """
        self._program.require(self._tenancy)
        if self.finished:
            return []
        if self.pretraining is not None and not self.pretraining.finished:
            self.pretraining.advance()
            return []
        # Early stopping looks at the weights of every epoch, so its slices span none.
        last = self._plan.epochs if self._patience is None else self.epoch + 1
        figures = self._loop.advance(last)
        self._ended = self._loop.ended
        if figures:
            self.last = figures[-1]
            self.epoch = self.last.epoch
            if self._patience is not None:
                self._patience.see(self.last, self._program.model.variables)
        if self.finished and not self._diverged:
            self._return_to_best()
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
        saved = checkpoint.Saved(self.last, self._best, self._ended)
        checkpoint.write(path, self._plan, self._program.variables, saved)

    def restore(self, path: Path) -> None:
        """Go on from a checkpoint of the same plan.

        Raises:
            ValueError: the checkpoint is of another plan.
        """
        self._program.require(self._tenancy)
        self.last, best, self._ended = checkpoint.read(path, self._plan, self._program.variables)
        if self._patience is not None:
            self._patience.best = best
        self.epoch = self.last.epoch if self.last else 0
        self._loop.begin(self.epoch)
        self.pretraining = None

    def start_from(self, path: Path) -> None:
        """Begin with the exported weights of another run instead of fresh ones.

        Raises:
            ValueError: the run has begun.
        """
        self._program.require(self._tenancy)
        if self.epoch or not self.at_epoch_end:
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

    def _return_to_best(self) -> None:
        if self._best is not None:
            variables = self._program.model.variables
            for variable, best in zip(variables, self._best.weights, strict=True):
                variable.assign(best)
