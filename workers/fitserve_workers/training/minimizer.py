"""SciPy's L-BFGS-B turned inside out: it asks for values and gradients, and is answered."""

import threading
from collections.abc import Generator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

Vector = NDArray[np.float64]
Answer = tuple[float, Vector]


@dataclass(frozen=True)
class Wanted:
    """The value and the gradient at `weights` are wanted; `send` them."""

    weights: Vector


@dataclass(frozen=True)
class Reached:
    """An iteration has ended at `weights`, where the last value was asked for; `send` None."""

    weights: Vector


@dataclass(frozen=True)
class Ended:
    """It is over, for SciPy's `reason`; nothing lower than at `weights` was found."""

    weights: Vector
    reason: str


Event = Wanted | Reached | Ended
Minimization = Generator[Event, Answer | None, None]


class _AbandonedError(Exception):
    """Nobody will answer any more."""


def minimization(start: Vector, history: int) -> Minimization:
    """Minimise from `start`; yield what happens, `Ended` last.

    SciPy runs to its end in one call, so it runs in a thread of its own, which works only while
    this generator waits for it: the caller may stop between any two events for as long as it
    likes. The thread ends with the generator, be it exhausted, closed or forgotten.

    Args:
        start: where to begin.
        history: how many past steps approximate second derivatives.
    """
    exchange = _Exchange()
    thread = threading.Thread(
        target=_minimize,
        args=(exchange, start, history),
        name="L-BFGS-B",
        daemon=True,
    )
    thread.start()
    try:
        while not isinstance(event := exchange.next_event(), Ended):
            exchange.answer((yield event))
        yield event
    finally:
        exchange.abandon()
        thread.join()


class _Exchange:
    """What caller and thread hand each other, one thing at a time."""

    def __init__(self) -> None:
        self._events: SimpleQueue[Event | Exception] = SimpleQueue()
        self._answers: SimpleQueue[Any] = SimpleQueue()

    def next_event(self) -> Event:
        event = self._events.get()
        if isinstance(event, Exception):
            raise event
        return event

    def answer(self, answer: Answer | None) -> None:
        self._answers.put(answer)

    def abandon(self) -> None:
        self._answers.put(_AbandonedError())

    def tell(self, event: Wanted | Reached) -> Any:
        """Hand over an event; return its answer.

        Raises:
            _AbandonedError: there will be none.
        """
        self._events.put(event)
        answer = self._answers.get()
        if isinstance(answer, _AbandonedError):
            raise answer
        return answer

    def tell_last(self, event: Ended | Exception) -> None:
        """Hand over an event that nothing follows."""
        self._events.put(event)


def _minimize(exchange: _Exchange, start: Vector, history: int) -> None:
    def objective(weights: Vector) -> Answer:
        answer: Answer = exchange.tell(Wanted(weights.copy()))
        return answer

    def callback(intermediate_result: OptimizeResult) -> None:
        exchange.tell(Reached(intermediate_result.x.copy()))

    try:
        result = minimize(
            objective,
            start,
            jac=True,
            method="L-BFGS-B",
            callback=callback,
            options={"maxcor": history, "maxiter": np.inf, "maxfun": np.inf},
        )
        exchange.tell_last(Ended(result.x, result.message))
    except _AbandonedError:
        pass
    except Exception as error:
        exchange.tell_last(error)
