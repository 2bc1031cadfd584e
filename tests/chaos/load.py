"""A mixed load: experiments posted and cancelled, and predictions that never stop."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import httpx2

from chaos.house import House
from chaos.twins import CURVE, DIGITS, LBFGS, endless
from fitserve_core.errors import FitserveError
from support.waiting import until

WAITING_AT_MOST = 6
ASK_EVERY_SECONDS = 0.05
WAVELENGTH = 451.5
# What is posted, and how often; the endless ones are cancelled.
MIX = [(CURVE | {"repetitions": 3}, 0.55), (DIGITS, 0.2), (LBFGS, 0.15), (endless(DIGITS), 0.1)]


class Load:
    """Keeps a house busy from threads of its own while the context is open.

    Args:
        house: who is kept busy.
        chosen_by: what the order of posts follows from.
        model: experiment whose model is asked.

    Attributes:
        answered: predictions that were right.
        missed: those without an answer while the API was being killed.
        unanswered: what came instead of an answer at any other time.
        wrong: answers that differ from the first.
    """

    def __init__(self, house: House, chosen_by: random.Random, model: str) -> None:
        self._house = house
        self._random = random.Random(chosen_by.random())
        self._body = {"model": model, "instances": [WAVELENGTH]}
        self._over = threading.Event()
        self._no_api = threading.Event()
        self._threads = [
            threading.Thread(target=target, name=target.__name__)
            for target in (self._post, self._ask)
        ]
        self.answered = self.missed = 0
        self.unanswered: list[str] = []
        self.wrong: list[object] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.calm_down()

    def calm_down(self) -> None:
        """Post and ask no more."""
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    @contextmanager
    def without_api(self) -> Iterator[None]:
        """While the API is killed, and until it answers again, predictions may fail."""
        self._no_api.set()
        try:
            yield
            time.sleep(0.2)
            until(self._ready, 60)
        finally:
            self._no_api.clear()

    def _ready(self) -> bool:
        try:
            return self._house.client.health().status == "ok"
        except FitserveError:
            return False

    def _post(self) -> None:
        specs, weights = zip(*MIX, strict=True)
        endless_ones: list[str] = []
        while not self._over.is_set():
            while endless_ones:
                self._house.client.experiments.cancel(endless_ones.pop())
            if self._house.store.leases.waiting().total() < WAITING_AT_MOST:
                [spec] = self._random.choices(specs, weights)
                posted = self._house.post(spec)
                if posted.progress.epochs_total >= endless(DIGITS)["training"]["epochs"]:
                    endless_ones.append(posted.id)
            self._over.wait(self._random.uniform(0.5, 2.5))
        for left in endless_ones:
            self._house.client.experiments.cancel(left)

    def _ask(self) -> None:
        right: object = None
        with httpx2.Client(
            base_url=self._house.client.base_url, timeout=60, trust_env=False
        ) as http:
            while not self._over.wait(ASK_EVERY_SECONDS):
                killed_at_start = self._no_api.is_set()
                try:
                    answer = http.post("/predict", json=self._body)
                    answer.raise_for_status()
                except httpx2.HTTPError as error:
                    if killed_at_start or self._no_api.is_set():
                        self.missed += 1
                    else:
                        self.unanswered.append(repr(error))
                    continue
                value = answer.json()["predictions"]
                right = right or value
                self.answered += 1
                if value != right:
                    self.wrong.append(value)
