"""The attacks that are cheap, one after the other on one house; all of them: `make chaos`.

The last of the table come first: they do without workers, which take a while to come, or nearly so;
and nobody waits any more for the slot that takes a killed one's place.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos import attacks  # noqa: F401 - registers them
from chaos.arena import ATTACKS, Arena, Attack, Skipped
from chaos.twins import DIGITS

SEED = 20
CHEAP = {"1-slot-killed", "5-duplicates", "6-posting", "11-second-up"}
# Two seconds, which are enough to strike in.
SHORTER = DIGITS | {"training": DIGITS["training"] | {"epochs": 10}}

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")


@pytest.fixture(scope="module")
def arena(data_folder: Path) -> Iterator[Arena]:
    with Arena(SEED, data_folder, long=[SHORTER]) as arena:
        yield arena


@pytest.mark.parametrize(
    "attack",
    [pytest.param(attack, id=attack.id) for attack in reversed(ATTACKS) if attack.id in CHEAP],
)
def test_invariants_hold_after(arena: Arena, attack: Attack) -> None:
    try:
        arena.make(attack)
    except Skipped as reason:
        pytest.skip(str(reason))
