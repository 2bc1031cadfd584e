"""The lease of a run in training, kept by a thread as long as the training lives."""

import logging
import threading
import time
from contextvars import copy_context
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from sqlalchemy.exc import InterfaceError, OperationalError

from fitserve_core.errors import LeaseLostError
from fitserve_core.store import Claim
from fitserve_core.store.claims import Claims

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
RENEWALS_A_LEASE = 5


@dataclass(frozen=True)
class Phase:
    """What an attempt is busy with, and after how many seconds without a sign of life it hangs."""

    name: str
    silent_seconds: float


# A data set may have to be fetched first, over a slow line.
LOADING = Phase("loading its data set", 900.0)
COMPILING = Phase("compiling its program", 600.0)
# A slice takes a quarter of a second, or one step, and a step of a large network may take minutes.
TRAINING = Phase("training", 600.0)
FINISHING = Phase("measuring and exporting its model", 300.0)


class LeaseKeeper:
    """Prolongs a claim's lease while its training shows life, and learns when it is lost.

    The training loop itself asks nobody: an outage of the store does not hold it up, and each
    phase may outlast a lease by far.

    Args:
        claims: where the lease is prolonged.
        claim: whose lease.
        lease_seconds: how long a lease is.
    """

    def __init__(self, claims: Claims, claim: Claim, lease_seconds: float) -> None:
        self._claims = claims
        self._claim = claim
        self._renew_seconds = lease_seconds / RENEWALS_A_LEASE
        self._renewed = time.monotonic()
        self._phase = LOADING
        self._silent_until = self._renewed + LOADING.silent_seconds
        self._told_silent = False
        self._lost: LeaseLostError | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._keep,), name="lease keeper", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def enter(self, phase: Phase) -> None:
        """Tell that the training goes on, and with what.

        Raises:
            LeaseLostError: the run was cancelled, or given to somebody else.
        """
        self._phase = phase
        self.show_life()

    def show_life(self) -> None:
        """Tell that the training goes on.

        Raises:
            LeaseLostError: the run was cancelled, or given to somebody else.
        """
        self._silent_until = time.monotonic() + self._phase.silent_seconds
        if self._lost is not None:
            raise self._lost

    def _keep(self) -> None:
        while self._lost is None and not self._done.wait(LOOK_SECONDS):
            try:
                self._look()
            except LeaseLostError as error:
                self._lost = error
            except (OperationalError, InterfaceError) as error:
                log.warning("the store does not answer, the lease is not prolonged: %s", error)
            except Exception:
                log.exception("the lease keeper stumbled and goes on")

    def _look(self) -> None:
        now = time.monotonic()
        silent = now > self._silent_until
        if silent and not self._told_silent:
            log.error(
                "no sign of life for %.0f s while %s: the lease is not prolonged any more",
                self._phase.silent_seconds,
                self._phase.name,
            )
        self._told_silent = silent
        if silent or now - self._renewed < self._renew_seconds:
            self._claims.check(self._claim)
        else:
            self._claims.renew(self._claim)
            self._renewed = now
