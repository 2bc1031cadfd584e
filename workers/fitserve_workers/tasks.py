"""The task that a hint starts, and the slot that it runs in."""

import os
import signal
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from celery import Celery

from fitserve_core.artefacts import Artefacts
from fitserve_core.broker import TRAIN
from fitserve_core.processes import die_with_parent
from fitserve_core.settings import Settings
from fitserve_core.store import Store

if TYPE_CHECKING:
    from fitserve_workers.runner import Runner

_slot: "list[Runner]" = []


def register(app: Celery) -> None:
    """Add the one task: claim a run and train it. A hint names none, the claim chooses."""

    @app.task(name=TRAIN)  # type: ignore[untyped-decorator]
    def train() -> None:
        _slot[0].train_next()


def prepare_slot(settings: Settings, stopping: Callable[[], bool]) -> None:
    """Make this process a slot: TensorFlow is imported here and never in the parent.

    A parent that has used TensorFlow and then forks leaves its children locks that nobody frees.
    """
    from fitserve_workers.runner import Runner  # noqa: PLC0415
    from fitserve_workers.training import ProgramCache, configure_tensorflow  # noqa: PLC0415

    die_with_parent(signal.SIGKILL)
    configure_tensorflow()
    _slot[:] = [
        Runner(
            settings=settings,
            store=Store(settings),
            artefacts=Artefacts(settings.artefacts),
            programs=ProgramCache(),
            worker=f"{socket.gethostname()}/{os.getpid()}",
            stopping=stopping,
        )
    ]
