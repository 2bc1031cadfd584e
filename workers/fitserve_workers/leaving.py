"""How a process that has nothing to hand back yet ends when it is told to."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOOK_SECONDS = 0.1


@contextmanager
def ending_at(told: Callable[[], bool]) -> Iterator[None]:
    """End this process, whatever it is in the middle of, once it is told to.

    A thread looks: no handler of a signal would run, nor an exception be raised, before an import
    of seconds is over.

    Args:
        told: whether the process is to end.
    """
    done = threading.Event()

    def look() -> None:
        while not done.wait(LOOK_SECONDS):
            if told():
                os._exit(0)

    looking = threading.Thread(target=look, name="leaving", daemon=True)
    looking.start()
    try:
        yield
    finally:
        done.set()
        looking.join()
