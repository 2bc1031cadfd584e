"""What an attack works with: houses, a seeded generator, the checker, and what it measured."""

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chaos.house import House
from chaos.invariants import Checked, Checker
from chaos.twins import DIGITS, LBFGS, Twins

BUSY_LOAD_A_CORE = 2.0

Figures = dict[str, float]
Spec = Mapping[str, Any]


class Skipped(Exception):  # noqa: N818 - nothing is wrong
    """An attack that cannot be made here, and why."""


class Arena(ExitStack):
    """Houses for the attacks of one campaign.

    Args:
        seed: what all choices follow from.
        cache: a folder with data sets.
        long: specs of runs that last, for attacks that strike in the midst of one.
    """

    def __init__(self, seed: int, cache: Path, long: Sequence[Spec] = (DIGITS, LBFGS)) -> None:
        super().__init__()
        self.seed = seed
        self.long = long
        self.random = random.Random(seed)
        self._cache = cache
        self._checker = Checker(Twins())
        self.checked: list[Checked] = []
        self._house: House | None = None

    @property
    def house(self) -> House:
        """The house that most attacks share: SQLite, two slots, leases as they come."""
        if self._house is None:
            self._house = self.enter_context(self.opened())
        return self._house

    @property
    def busy(self) -> float:
        """The last minute's load, if it was too much to hold a house to seconds, or else 0.

        Two slots that import TensorFlow, and their parent, make less by themselves.
        """
        load = os.getloadavg()[0]
        return load if load > BUSY_LOAD_A_CORE * (os.cpu_count() or 1) else 0.0

    def leave_house(self) -> None:
        """Close the shared house: what broke in it must not break the next attack."""
        self.close()
        self._house = None

    @contextmanager
    def opened(
        self, told: dict[str, str] | None = None, data: Path | None = None
    ) -> Iterator[House]:
        """Open a house of an attack's own."""
        house = House(self._cache, told, data)
        try:
            house.start()
            yield house
        finally:
            house.tear_down()

    def make(self, attack: "Attack") -> "Figures":
        """Make an attack; its choices are the same whatever was attacked before it."""
        self.random = random.Random(f"{self.seed} {attack.id}")
        return attack.run(self)

    def check(self, house: House, faults: int, seconds: float = 180) -> Checked:
        """Check every invariant for what was posted to `house` since the last check."""
        checked = self._checker.check(house, faults, seconds)
        self.checked.append(checked)
        return checked


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes:
        number: its place in the table.
        name: what is done.
        must: what it must show.
        run: does it, checks, and returns what was measured.
    """

    number: int
    name: str
    must: str
    run: Callable[[Arena], Figures]

    @property
    def id(self) -> str:
        """What the command line calls it."""
        return f"{self.number}-{self.run.__name__.replace('_', '-')}"


@dataclass
class Outcome:
    """What came of an attack.

    Attributes:
        attack: which.
        began: when, by the wall clock, in seconds.
        load: processes that wanted a core, on average over the last minute of it.
        figures: what was measured.
        seconds: how long it took.
        broken: what did not hold, or None.
        skipped: why it was not made, or None.
    """

    attack: Attack
    began: float = field(default_factory=time.time)
    load: float = 0.0
    figures: Figures = field(default_factory=dict)
    seconds: float = 0.0
    broken: str | None = None
    skipped: str | None = None

    def told(self) -> dict[str, Any]:
        """Return it for the report."""
        return {
            "number": self.attack.number,
            "id": self.attack.id,
            "attack": self.attack.name,
            "must": self.attack.must,
            "figures": self.figures,
            "made": datetime.fromtimestamp(self.began, UTC).strftime("%Y-%m-%d %H:%M"),
            "seconds": round(self.seconds, 1),
            "load": round(self.load, 1),
            "broken": self.broken,
            "skipped": self.skipped,
        }


ATTACKS: list[Attack] = []


def attack(number: int, name: str, must: str) -> Callable[[Callable[[Arena], Figures]], Attack]:
    """Register an attack."""

    def register(run: Callable[[Arena], Figures]) -> Attack:
        ATTACKS.append(Attack(number, name, must, run))
        return ATTACKS[-1]

    return register


def seconds_since(moment: float) -> float:
    return round(time.time() - moment, 2)
