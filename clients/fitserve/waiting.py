"""What is shown and said while an experiment is waited for."""

from contextlib import AbstractContextManager, nullcontext

from fitserve.clock import Clock
from fitserve.errors import WaitTimeoutError
from fitserve.watching import Watcher
from fitserve_core.results import Experiment


def watcher_of(
    experiment: Experiment, clock: Clock, *, progress: bool
) -> AbstractContextManager[Watcher]:
    """Return what shows an experiment's events, or nothing."""
    if not progress:
        return nullcontext(Watcher())
    from fitserve.progress import watching  # noqa: PLC0415  rich is loaded only to show something

    return watching(experiment, clock)


def still_running(experiment: Experiment, timeout: float) -> WaitTimeoutError:
    """Return the error that says where an experiment stands after `timeout` seconds."""
    done = experiment.progress
    return WaitTimeoutError(
        f"{experiment.id} is still {experiment.status} after {timeout:g} s "
        f"({done.epochs_done} of {done.epochs_total} epochs); it goes on: wait again, or cancel it"
    )
