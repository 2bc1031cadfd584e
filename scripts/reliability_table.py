"""Draw docs/reliability.md's table from the campaigns' reports; `--check`: say if it differs."""

import json
import sys
from collections import defaultdict
from pathlib import Path

from marked import redraw

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reliability.md"
CAMPAIGNS = ROOT / "docs/reliability.json"


def main() -> int:
    """Write the table into the page, or with `--check` return 1 where it is another one."""
    told = told_of(json.loads(CAMPAIGNS.read_text()))
    return redraw(PAGE, lambda _: told, "make reliability-table")


def told_of(campaigns: list) -> str:
    """Return one line a campaign and one row an attack, as Markdown."""
    lines = [
        "| seed | attacks | broken | minutes | made | versions | cores | load |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(told_of_campaign(campaign) for campaign in campaigns),
    ]
    lines += ["", "| | attack | must show | seen | held |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*lines, *map(row, by_attack(campaigns))])


def told_of_campaign(campaign: dict) -> str:
    """Return a campaign's line; its attacks may have been made one by one."""
    made = [told for told in campaign["attacks"] if not told["skipped"]]
    broken = sum(told["broken"] is not None for told in made)
    minutes = sum(told["seconds"] for told in made) / 60
    days = sorted({told["made"].split()[0] for told in made})
    versions = list(dict.fromkeys(told["version"] for told in made))
    cells = [
        campaign["seed"],
        len(made),
        broken,
        f"{minutes:.1f}",
        " to ".join(dict.fromkeys((days[0], days[-1]))),
        ", ".join(versions),
        spread([told["cores"] for told in made]),
        spread([told["load"] for told in made if told["load"] is not None]),
    ]
    return f"| {' | '.join(map(str, cells))} |"


def by_attack(campaigns: list) -> list:
    """Return, for each attack in the order of its number, what came of it in every campaign."""
    found = defaultdict(list)
    for campaign in campaigns:
        for told in campaign["attacks"]:
            found[told["id"]].append(told)
    return sorted(found.values(), key=lambda outcomes: outcomes[0]["number"])


def row(outcomes: list) -> str:
    """Return an attack's row; a figure seen several times is told from its least to its most."""
    made = [told for told in outcomes if not told["skipped"]]
    held = sum(told["broken"] is None for told in made)
    figures = defaultdict(list)
    for told in made:
        for name, value in told["figures"].items():
            figures[name].append(value)
    parts = [f"{name}: {spread(values)}" for name, values in figures.items()]
    parts += [f"not held: {told['broken']}" for told in made if told["broken"] is not None]
    seen = "; ".join(parts)
    first = outcomes[0]
    came = f"{held} of {len(made)}" if made else "not made"
    seen = seen if made else outcomes[-1]["skipped"]
    return f"| {first['number']} | {first['attack']} | {first['must']} | {seen or '–'} | {came} |"


def spread(values: list) -> str:
    """Return a figure, or the range of several that differ."""
    least, most = min(values), max(values)
    return f"{least:g}" if least == most else f"{least:g} to {most:g}"


if __name__ == "__main__":
    sys.exit(main())
