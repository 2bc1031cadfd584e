"""Patience with a store that is away for a while: no training fails for it."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

log = logging.getLogger(__name__)

LONGEST_SECONDS = 120.0
LONGEST_PAUSE_SECONDS = 5.0

Result = TypeVar("Result")


def patiently(call: Callable[[], Result]) -> Result:
    """Return what `call` returns, trying again while the store does not answer.

    Raises:
        OperationalError: it has not answered for two minutes.
    """
    deadline, pause = time.monotonic() + LONGEST_SECONDS, 0.1
    while True:
        try:
            return call()
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() > deadline:
                raise
            log.warning("the store does not answer, trying again: %s", error)
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
