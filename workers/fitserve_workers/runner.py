"""A run from claim to end: claim → train → record → finish."""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.exc import InterfaceError, OperationalError

from fitserve_core import tracing
from fitserve_core.artefacts import Artefacts
from fitserve_core.datasets.binary import towards
from fitserve_core.datasets.dataset import Division
from fitserve_core.datasets.loading import load_dataset
from fitserve_core.devices import DeviceKind
from fitserve_core.errors import FitserveError, LeaseLostError, UnavailableError
from fitserve_core.garbage import garbage_of_run, remove_garbage
from fitserve_core.logs import bound
from fitserve_core.results import EpochFigures
from fitserve_core.settings import Settings
from fitserve_core.store import Claim, Store, StoredFile
from fitserve_workers.checkpoints import Checkpoints
from fitserve_workers.diagnostics import (
    Arrays,
    record_of,
    verdict,
    weights_of,
    write_record,
)
from fitserve_workers.export import export_keras, export_onnx
from fitserve_workers.keeper import COMPILING, FINISHING, LOADING, TRAINING, LeaseKeeper
from fitserve_workers.patience import once_there_is_room, patiently
from fitserve_workers.training import ProgramCache, Training, write_weights

log = logging.getLogger(__name__)

RECORD_SECONDS = 0.5


class HandedBackError(Exception):
    """This worker stops; another goes on with the run."""


@dataclass(frozen=True)
class Runner:
    """Trains one run at a time in this process.

    Attributes:
        settings: where data sets are cached.
        store: where runs are claimed and reported.
        artefacts: where checkpoints and models are written.
        programs: compiled programs, kept from run to run.
        worker: what the store calls this process.
        device: what it trains on.
        stopping: tells whether the worker has been asked to stop.
    """

    settings: Settings
    store: Store
    artefacts: Artefacts
    programs: ProgramCache
    worker: str
    device: DeviceKind
    stopping: Callable[[], bool]

    def train_next(self, hint: tracing.Carrier | None = None) -> None:
        """Claim a run and bring it to an end; do nothing where none waits.

        Args:
            hint: the span that the hint was sent in.
        """
        with tracing.span("take hint", within=hint, kind="CONSUMER", alone=False):
            claim = patiently(lambda: self.store.claims.take(self.worker, self.device))
        if claim is None:
            return
        about = {"experiment_id": claim.experiment_id, "run_id": claim.run_id}
        with bound(**about, attempt=claim.attempt):
            log.info("training goes on after epoch %d", claim.epoch)
            self._train(claim)

    def _train(self, claim: Claim) -> None:
        try:
            with (
                LeaseKeeper(self.store.claims, claim, self.settings.lease_seconds) as keeper,
                _traced(claim),
            ):
                _Attempt(self, claim, keeper).train()
            log.info("trained")
        except LeaseLostError as error:
            log.info("%s; its attempt stops", error)
            self._tidy(claim)
        except HandedBackError:
            log.info("handed back: this worker stops")
            self._hand_back(claim)
        except (OperationalError, InterfaceError) as error:
            # No fault of the run: its lease runs out, and whoever finds the store again goes on.
            log.warning("run %s is left, the store does not answer: %s", claim.run_id, error)
        except Exception as error:
            log.exception("run %s failed", claim.run_id)
            self._fail(claim, error)
            self._tidy(claim)

    def _tidy(self, claim: Claim) -> None:
        """Remove what the run leaves behind if its experiment has ended, or was deleted."""
        root = self.artefacts.root
        left = patiently(
            lambda: [*garbage_of_run(self.store, root, claim.experiment_id, claim.run_id)]
        )
        remove_garbage(left, root)

    def _hand_back(self, claim: Claim) -> None:
        try:
            self.store.claims.hand_back(claim, "its worker was stopped")
        except (OperationalError, InterfaceError) as error:
            log.warning("run %s waits for its lease to run out: %s", claim.run_id, error)

    def _fail(self, claim: Claim, error: Exception) -> None:
        told = (
            error.message
            if isinstance(error, FitserveError)
            else f"{type(error).__name__}: {error}"
        )
        try:
            patiently(lambda: self.store.claims.fail(claim, told))
        except LeaseLostError as lost:
            log.info("%s; its failure is not recorded", lost)


def _traced(claim: Claim) -> AbstractContextManager[None]:
    """Trace an attempt as part of what the request for it began."""
    return tracing.span(
        "train run",
        within=claim.trace,
        experiment__id=claim.experiment_id,
        run__id=claim.run_id,
        run__attempt=claim.attempt,
        dataset=claim.plan.dataset,
    )


class _Attempt:
    """One claim being trained."""

    def __init__(self, runner: Runner, claim: Claim, keeper: LeaseKeeper) -> None:
        self._runner = runner
        self._claim = claim
        self._keeper = keeper
        self._claims = runner.store.claims
        self._folder = f"{claim.experiment_id}/{claim.run_id}/{claim.attempt}"
        self._patiently = partial(patiently, meanwhile=self._go_on)
        self._once_there_is_room = partial(once_there_is_room, meanwhile=self._go_on)
        self._checkpoints = Checkpoints(runner.artefacts, claim)
        self._pending: list[EpochFigures] = []
        self._recorded = time.monotonic()

    def train(self) -> None:
        """Train to the end and record it.

        Raises:
            LeaseLostError: the run was cancelled, or given to somebody else.
            HandedBackError: the worker was asked to stop.
        """
        with tracing.span("prepare"):
            training = self._start()
        self._keeper.enter(TRAINING)
        with tracing.span("train"):
            self._train(training)
        self._keeper.enter(FINISHING)
        with tracing.span("finish"):
            self._finish(training)

    def _train(self, training: Training) -> None:
        while not training.finished:
            # Epochs that an earlier attempt recorded are repeated after a damaged checkpoint.
            figures = [row for row in training.advance() if row.epoch > self._claim.epoch]
            self._keeper.show_life()
            if figures:
                # The run stands at an epoch's end, and only there it can be saved.
                self._pending += figures
                self._record_if_due(training)
            if not training.finished:
                self._go_on()

    def _go_on(self) -> None:
        self._keeper.show_life()
        if self._runner.stopping():
            raise HandedBackError

    def _start(self) -> Training:
        plan = self._claim.plan
        self._keeper.enter(LOADING)
        dataset = load_dataset(
            plan.dataset,
            data_folder=self._runner.settings.data,
            division=Division(**plan.split.model_dump(), fold=plan.fold),
            scaling=plan.scaling,
        )
        self._dataset = towards(dataset, plan.target)
        self._keeper.enter(COMPILING)
        training = Training(plan, self._dataset, self._runner.programs)
        self._keeper.show_life()
        self._start_weights: Arrays | None = weights_of(training.model)
        if self._checkpoints.restore(training):
            if self._claim.starts_from is not None:
                self._start_weights = None
        elif self._claim.starts_from is not None:
            file = self._start_file(self._claim.starts_from)
            training.start_from(self._runner.artefacts.verified(file.path, file.sha256))
            self._start_weights = weights_of(training.model)
        return training

    def _start_file(self, run_id: str) -> StoredFile:
        if self._claim.start is None:
            raise UnavailableError(
                f"the weights of run {run_id}, which this run was to start from, are not stored "
                "any more"
            )
        return self._claim.start

    def _record_if_due(self, training: Training) -> None:
        if training.finished or time.monotonic() - self._recorded > RECORD_SECONDS:
            self._record(training)

    def _record(self, training: Training) -> None:
        """Store pending figures with the checkpoint that they belong to."""
        figures, self._pending = self._pending, []
        checkpoint = self._once_there_is_room(lambda: self._checkpoints.write(training))
        self._patiently(lambda: self._claims.record(self._claim, figures, checkpoint))
        self._checkpoints.recorded(checkpoint)
        self._recorded = time.monotonic()

    def _finish(self, training: Training) -> None:
        final = training.final_figures()
        worth = verdict(training, self._dataset)
        record = record_of(self._claim.plan, training, self._dataset, self._start_weights)
        files = [
            self._write("record", "record.json", lambda path: write_record(record, path)),
            self._write("weights", "weights.npz", lambda path: write_weights(training.model, path)),
            self._write("keras", "model.keras", lambda path: export_keras(training.model, path)),
            self._write(
                "onnx",
                "model.onnx",
                lambda path: export_onnx(self._claim.plan, self._dataset, training.model, path),
            ),
        ]
        self._patiently(lambda: self._claims.succeed(self._claim, worth, final, files))
        # Not before: until the end is recorded, another worker may have to go on from them.
        self._checkpoints.remove()
        self._runner.artefacts.remove_other_attempts(self._folder)

    def _write(self, kind: str, name: str, fill: Callable[[Path], None]) -> StoredFile:
        path = f"{self._folder}/{name}"
        sha256, size = self._once_there_is_room(lambda: self._runner.artefacts.write(path, fill))
        self._keeper.show_life()
        return StoredFile(kind, path, sha256, size)
