"""A campaign: attacks one after the other, the invariants checked after each, and its report."""

import json
import os
import platform
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chaos.arena import Arena, Attack, Outcome, Skipped


def attacked(arena: Arena, attack: Attack) -> Outcome:
    """Make an attack; what breaks is told, and the campaign goes on."""
    outcome, began = Outcome(attack), time.monotonic()
    try:
        outcome.figures = attack.run(arena)
    except Skipped as reason:
        outcome.skipped = str(reason)
    except Exception as error:
        traceback.print_exc()
        outcome.broken = f"{type(error).__name__}: {error}"
        arena.leave_house()
    outcome.seconds = time.monotonic() - began
    return outcome


def campaign(
    seed: int, cache: Path, attacks: Sequence[Attack], reported: Path | None
) -> list[Outcome]:
    """Make all attacks; each is told, and reported, as it ends."""
    outcomes: list[Outcome] = []
    with Arena(seed, cache) as arena:
        for attack in attacks:
            outcomes.append(attacked(arena, attack))
            _tell(outcomes[-1])
            if reported is not None:
                write(reported, report(seed, outcomes))
    return outcomes


def report(seed: int, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what came of a campaign."""
    return {
        "seed": seed,
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}",
        "attacks": [outcome.told() for outcome in outcomes],
    }


def write(path: Path, told: dict[str, Any]) -> None:
    """Add a campaign to a report of several; of the same seed, an attack's last outcome counts."""
    campaigns = json.loads(path.read_text()) if path.exists() else []
    made = {attack["id"] for attack in told["attacks"]}
    for earlier in (other for other in campaigns if other["seed"] == told["seed"]):
        kept = [attack for attack in earlier["attacks"] if attack["id"] not in made]
        told = {**told, "attacks": [*kept, *told["attacks"]]}
    campaigns = [*(other for other in campaigns if other["seed"] != told["seed"]), told]
    path.write_text(json.dumps(campaigns, indent=2, ensure_ascii=False) + "\n")


def _tell(outcome: Outcome) -> None:
    came = "holds"
    if outcome.skipped:
        came = f"skipped: {outcome.skipped}"
    elif outcome.broken:
        came = f"BROKEN: {outcome.broken}"
    figures = ", ".join(f"{name} {value}" for name, value in outcome.figures.items())
    print(f"{outcome.attack.id:<24} {outcome.seconds:6.1f} s  {came}  {figures}", flush=True)
