"""Patience with a store that is away and with a full disk: no training fails for them."""

import errno
import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

log = logging.getLogger(__name__)

LONGEST_SECONDS = 120.0
LONGEST_PAUSE_SECONDS = 5.0
FULL_PAUSE_SECONDS = 1.0

Result = TypeVar("Result")


def patiently(call: Callable[[], Result], meanwhile: Callable[[], None] = lambda: None) -> Result:
    """Return what `call` returns, trying again while the store does not answer.

    Args:
        call: what to do.
        meanwhile: called before every other try; what it raises ends the waiting.

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
        meanwhile()
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def once_there_is_room(call: Callable[[], Result], meanwhile: Callable[[], None]) -> Result:
    """Return what `call` returns, trying again, however long, while the disk is full.

    Args:
        call: what writes.
        meanwhile: called before every other try; what it raises ends the waiting.
    """
    told = False
    while True:
        try:
            return call()
        except OSError as error:
            if not _is_full(error):
                raise
            if not told:
                log.warning("the training waits until there is room: %s", error)
            told = True
        time.sleep(FULL_PAUSE_SECONDS)
        meanwhile()


def _is_full(error: OSError) -> bool:
    # Libraries that write for us may keep the message alone.
    return error.errno in {errno.ENOSPC, errno.EDQUOT} or "No space left on device" in str(error)
