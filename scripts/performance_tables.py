"""Draw docs/performance.md's tables from benchmarks/results; `--check`: say whether they differ."""

import json
import statistics
import sys
from pathlib import Path

from marked import redraw

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks/results"


def main() -> int:
    """Draw every table between marks, or say whether one is another one."""
    return redraw(ROOT / "docs/performance.md", drawn, "make performance-tables")


def drawn(part: str) -> str:
    """Return a part of the page: `training-marks` is the marks of `training.json`."""
    name, _, table = part.rpartition("-")
    return TABLES[table](json.loads((RESULTS / f"{name}.json").read_text()))


def marks(results: dict) -> str:
    """Return what was to be reached, and whether it was."""
    lines = ["| work | mark | found | of single rounds | |", "| --- | --- | --: | --: | --- |"]
    for mark in results["marks"]:
        unit = "×" if mark["under"] else _named(results, mark["measured"])["unit"]
        found = f"{number(mark['median'])} {unit}"
        spread = f"{number(mark['least'])} – {number(mark['most'])}"
        verdict = "holds" if mark["holds"] else "**missed**"
        lines.append(f"| {mark['measured']} | {mark['words']} | {found} | {spread} | {verdict} |")
    return "\n".join(lines)


def overview(results: dict) -> str:
    """Return the contenders' medians side by side, and how many times this project's they are."""
    measured = results["measurements"]
    names = list(dict.fromkeys(entry["name"] for each in measured for entry in each["entries"]))
    lines = [
        f"| work | unit | {' | '.join(names)} |",
        f"| --- | --- |{' --: |' * len(names)}",
    ]
    for each in measured:
        medians = {e["name"]: statistics.median(e["samples"]) for e in each["entries"]}
        ours = medians[each["entries"][0]["name"]]
        cells = [_beside(medians.get(name), ours) for name in names]
        lines.append(f"| {each['name']} | {each['unit']} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", _machine(results)])


def details(results: dict) -> str:
    """Return each contender's spread and settings, folded away, a table a measurement."""
    return "\n\n".join(_folded(each) for each in results["measurements"])


TABLES = {"marks": marks, "overview": overview, "details": details}


def number(value: float) -> str:
    """Return three significant digits, and all of those before the point."""
    places = max(0, 3 - len(str(int(abs(value))))) if abs(value) >= 1 else 3
    return f"{value:,.{places}f}"


def _named(results: dict, name: str) -> dict:
    return next(each for each in results["measurements"] if each["name"] == name)


def _beside(median: float | None, ours: float) -> str:
    if median is None:
        return "–"
    return number(median) if median == ours else f"{number(median)} ({number(median / ours)} ×)"


def _machine(results: dict) -> str:
    machine = results["machine"]
    days = sorted({each["taken"] for each in results["measurements"]})
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']}; measured {' to '.join(dict.fromkeys([days[0], days[-1]]))}."
    )


def _folded(measured: dict) -> str:
    extras = list(dict.fromkeys(key for entry in measured["entries"] for key in entry["more"]))
    heads = ["", measured["unit"], "least", "most", *extras, "version", "how it was set"]
    right = ["---", *["--:"] * (3 + len(extras)), "---", "---"]
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join(right)} |"]
    for entry in measured["entries"]:
        values = entry["samples"]
        spread = [number(f(values)) for f in (statistics.median, min, max)]
        more = [f"{entry['more'][key]:.4g}" if key in entry["more"] else "" for key in extras]
        cells = [entry["name"], *spread, *more, entry["version"], entry["setting"]]
        lines.append(f"| {' | '.join(cells)} |")
    note = f" ({measured['note']})" if measured["note"] else ""
    summary = f"<details><summary>{measured['name']}{note}</summary>"
    return "\n".join([summary, "", *lines, "", "</details>"])


if __name__ == "__main__":
    sys.exit(main())
