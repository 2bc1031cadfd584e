"""The task that a hint starts, and the slot that it runs in."""

import gc
import logging
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import billiard
from celery import Celery, Task
from sqlalchemy.exc import SQLAlchemyError

from fitserve_core import tracing
from fitserve_core.artefacts import Artefacts
from fitserve_core.broker import TRAIN
from fitserve_core.devices import DeviceKind
from fitserve_core.processes import die_with_parent
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_workers.identity import has_ended, own_name
from fitserve_workers.leaving import ending_at

if TYPE_CHECKING:
    from fitserve_workers.runner import Runner

log = logging.getLogger(__name__)

# Keras imports what it finds of these, for notebooks. No training needs them; together they take
# a fifth of a slot's start and 50 MB of it.
NOTEBOOKS = ("IPython", "matplotlib", "pandas")

_slot: "list[Runner]" = []


def register(app: Celery) -> None:
    """Add the one task: claim a run and train it. A hint names none, the claim chooses."""

    @app.task(name=TRAIN, bind=True)  # type: ignore[untyped-decorator]
    def train(task: Task) -> None:
        _slot[0].train_next(tracing.headers_of(task.request))


def prepare_slot(settings: Settings, device: DeviceKind, stopping: Callable[[], bool]) -> None:
    """Make this process a slot: TensorFlow is imported here and never in the parent.

    A parent that has used TensorFlow and then forks leaves its children locks that nobody frees.
    """
    die_with_parent(signal.SIGKILL)
    with ending_at(stopping):
        _prepare(settings, device, stopping)


def _prepare(settings: Settings, device: DeviceKind, stopping: Callable[[], bool]) -> None:
    store = Store(settings)
    _give_away_runs_of_the_dead(store)

    # So imports of them fail; typeshed does not know that this is allowed.
    sys.modules.update(dict.fromkeys(NOTEBOOKS))  # type: ignore[arg-type]
    # Collecting garbage among what is imported for good takes a tenth of the imports' time.
    gc.disable()
    from fitserve_workers.runner import Runner  # noqa: PLC0415
    from fitserve_workers.training import ProgramCache, configure_tensorflow, warm  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    # Slots are numbered from 0, and who replaces one takes its number: each has a GPU of its own.
    configure_tensorflow(billiard.current_process().index if device == "gpu" else None)
    warm()
    # Not before: the thread that sends spans belongs to this process.
    tracing.start("fitserve-workers")
    _slot[:] = [
        Runner(
            settings=settings,
            store=store,
            artefacts=Artefacts(settings.artefacts),
            programs=ProgramCache(may_skip_zeros=device == "cpu"),
            worker=own_name(),
            device=device,
            stopping=stopping,
        )
    ]


def end_slot(**_: object) -> None:
    """Send what was traced before the process ends."""
    tracing.stop()


def _give_away_runs_of_the_dead(store: Store) -> None:
    """Let others go on with what slots of this machine left when they were killed.

    A new slot most often takes the place of one that was killed: nobody need wait for the lease.
    """
    try:
        if lost := store.leases.release(has_ended):
            log.warning("%d runs were left by slots that were killed", lost)
    except SQLAlchemyError as error:
        log.warning("the store does not answer, runs left wait for their leases: %s", error)
