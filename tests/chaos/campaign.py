"""A campaign: attacks one after the other, the invariants checked after each, and its report."""

import json
import os
import platform
import subprocess
import time
import traceback
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from chaos.arena import ATTACKS, Arena, Attack, Outcome, Skipped

ROOT = Path(__file__).parents[2]


def attacked(arena: Arena, attack: Attack) -> Outcome:
    """Make an attack; what breaks is told, and the campaign goes on."""
    outcome, began = Outcome(attack), time.monotonic()
    try:
        outcome.figures = arena.make(attack)
    except Skipped as reason:
        outcome.skipped = str(reason)
    except Exception as error:
        traceback.print_exc()
        outcome.broken = f"{type(error).__name__}: {error}"
        arena.leave_house()
    outcome.seconds = time.monotonic() - began
    outcome.load = os.getloadavg()[0]
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
    """Return what came of a campaign, or of a piece of one."""
    machine = {"cores": os.cpu_count(), "machine": f"{platform.system()} {platform.machine()}"}
    about = {**machine, "version": _version()}
    return {"seed": seed, "attacks": [outcome.told() | about for outcome in outcomes]}


def write(path: Path, told: dict[str, Any]) -> None:
    """Add a piece to a report of several campaigns.

    Pieces of one seed are one campaign, in which an attack's last outcome counts; each attack tells
    when it was made, of which version, and how busy the machine was.
    """
    campaigns = {each["seed"]: each["attacks"] for each in _read(path)}
    made = {attack["id"]: attack for attack in [*campaigns.get(told["seed"], []), *told["attacks"]]}
    order = [attack.id for attack in ATTACKS]
    campaigns[told["seed"]] = sorted(made.values(), key=lambda made: order.index(made["id"]))
    whole = [{"seed": seed, "attacks": attacks} for seed, attacks in campaigns.items()]
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def _read(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text()) if path.exists() else []


def _version() -> str:
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return told.stdout.strip() or metadata.version("fitserve")


def _tell(outcome: Outcome) -> None:
    came = "holds"
    if outcome.skipped:
        came = f"skipped: {outcome.skipped}"
    elif outcome.broken:
        came = f"BROKEN: {outcome.broken}"
    figures = ", ".join(f"{name} {value}" for name, value in outcome.figures.items())
    print(f"{outcome.attack.id:<24} {outcome.seconds:6.1f} s  {came}  {figures}", flush=True)
