"""`python -m chaos`: attack a real service, seeded, and check what must hold."""

import argparse
import secrets
import sys
import time
from pathlib import Path

from chaos import attacks  # noqa: F401 - registers them
from chaos.arena import ATTACKS
from chaos.campaign import campaign

CACHE = Path(__file__).parents[2] / "data" / "test-cache"


def main() -> int:
    """Run a campaign; return 1 if anything broke."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="repeats a campaign; drawn if not given")
    parser.add_argument("--only", nargs="+", default=[], help="begin of attacks' ids, such as 2-")
    parser.add_argument("--cache", type=Path, default=CACHE, help="a folder with data sets")
    parser.add_argument("--report", type=Path, help="JSON file to add the campaign to")
    told = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if told.seed is None else told.seed
    begins = told.only or [""]
    chosen = [attack for begin in begins for attack in ATTACKS if attack.id.startswith(begin)]
    print(f"seed {seed}; SEED={seed} repeats it", flush=True)
    began = time.monotonic()
    outcomes = campaign(seed, told.cache, chosen, told.report)
    seconds = time.monotonic() - began
    broken = [outcome for outcome in outcomes if outcome.broken]
    print(f"{len(outcomes)} attacks in {seconds:.0f} s, {len(broken)} broken; seed {seed}")
    return min(len(broken), 1)


if __name__ == "__main__":
    sys.exit(main())
