"""Attack 2: processes that die at named points."""

from collections.abc import Mapping
from typing import Any

from chaos.arena import Arena, Figures, attack
from chaos.house import House
from chaos.twins import CURVE, DIGITS

# Points of the seam, and how often a run comes by before its end, at least.
OF_A_SLOT = {
    "claimed": (CURVE, 1),
    "starting": (CURVE, 1),
    "half-saved": (DIGITS, 2),
    "saved": (DIGITS, 2),
    "recorded": (DIGITS, 2),
    "ending": (CURVE, 1),
    "exporting-keras": (CURVE, 1),
    "exporting-onnx": (CURVE, 1),
    "ended": (CURVE, 1),
}


@attack(
    2,
    "SIGKILL at ten named points, from the insert of an experiment to the export of its model",
    "one more attempt, the very weights and figures",
)
def named_points(arena: Arena) -> Figures:
    house = arena.house
    for point, (spec, times) in OF_A_SLOT.items():
        house.arm(point, f"kill {arena.random.randint(1, times)}")
        _end(arena, house, point, spec)
    return {"points": len(OF_A_SLOT) + _posted(arena, house)}


def _end(arena: Arena, house: House, point: str, spec: Mapping[str, Any]) -> None:
    experiment = house.post(spec)
    house.came_by(point, "killed")
    arena.check(house, faults=1)
    attempts = house.run(experiment.id).attempt
    # What was recorded as ended has ended, whatever dies next.
    assert attempts == (1 if point == "ended" else 2), f"{point}: {attempts} attempts"


def _posted(arena: Arena, house: House) -> int:
    """The API dies after the insert and before the hint; the client says it again."""
    before = {experiment.id for experiment in house.client.experiments.list()}
    house.arm("posted", "kill 1")
    experiment = house.post(CURVE)
    house.came_by("posted", "killed")
    after = {experiment.id for experiment in house.client.experiments.list()}
    assert after - before == {experiment.id}
    arena.check(house, faults=0)
    return 1
