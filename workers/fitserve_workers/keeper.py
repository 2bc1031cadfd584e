"""The lease of a run in training, kept by a thread as long as the training lives."""

import logging
import threading
import time
from contextvars import copy_context
from types import TracebackType
from typing import Self

from sqlalchemy.exc import InterfaceError, OperationalError

from fitserve_core.errors import LeaseLostError
from fitserve_core.store import Claim
from fitserve_core.store.claims import Claims

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
RENEWALS_A_LEASE = 5
# Longer than any slice, compilation or export of a file: what is silent for so long hangs.
SILENT_SECONDS = 60.0


class LeaseKeeper:
    """Prolongs a claim's lease while its training shows life, and learns when it is lost.

    The training loop itself asks nobody: an outage of the store does not hold it up, and loading,
    compiling and exporting may outlast a lease.

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
        self._silent_until = self._renewed + SILENT_SECONDS
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

    def show_life(self, next_within: float | None = None) -> None:
        """Tell that the training goes on.

        Args:
            next_within: seconds within which it shows life again; a minute if not given.

        Raises:
            LeaseLostError: the run was cancelled, or given to somebody else.
        """
        silent = SILENT_SECONDS if next_within is None else next_within
        self._silent_until = time.monotonic() + silent
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
        if now - self._renewed < self._renew_seconds or now > self._silent_until:
            self._claims.check(self._claim)
        else:
            self._claims.renew(self._claim)
            self._renewed = now
