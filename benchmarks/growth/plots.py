"""Draw docs/growth-*.svg from results/growth.json and results/processes.json."""

import json
import statistics
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.growth.steps import LINES
from benchmarks.shared.processes import ROOT

COLOURS = ("#1f5fa8", "#c2571a", "#1a7f4b")
LABELS = {"units": "hidden units", "batch": "batch size"}
OTHER = {"units": "batch", "batch": "units"}

mpl.rcParams |= {
    "svg.fonttype": "none",
    "svg.hashsalt": "fitserve",
    "font.family": "sans-serif",
    "font.size": 9,
}


def draw() -> None:
    """Draw every picture anew."""
    measured = _measured("growth")
    picture = Figure(figsize=(9, 3.8), layout="constrained")
    for axes, axis in zip(picture.subplots(1, 2, sharey=True), LINES, strict=True):
        _steps(axes, axis, measured["steps"])
    _save(picture, "steps")
    picture = Figure(figsize=(4.6, 3.4), layout="constrained")
    _experiments(picture.subplots(), measured["experiments"])
    _save(picture, "runs")
    picture = Figure(figsize=(4.6, 3.4), layout="constrained")
    _processes(picture.subplots(), _measured("processes"))
    _save(picture, "processes")


def _measured(name: str) -> dict[str, list[dict[str, Any]]]:
    results = json.loads((ROOT / f"benchmarks/results/{name}.json").read_text())
    return {each["name"]: each["entries"] for each in results["measurements"]}


def _steps(axes: Axes, axis: str, entries: list[dict[str, Any]]) -> None:
    other = OTHER[axis]
    for colour, (fixed, values) in zip(COLOURS, LINES[axis].items(), strict=False):
        line = [
            next(e for e in entries if (e["more"][axis], e["more"][other]) == (value, fixed))
            for value in values
        ]
        told = f"batch size {fixed}" if other == "batch" else f"{fixed:,} units"
        medians = [statistics.median(e["samples"]) for e in line]
        axes.plot(values, medians, "o-", color=colour, markersize=4, label=told)
        floors = [e["more"]["moving the bytes, µs"] for e in line]
        axes.plot(values, floors, "--", color=colour, linewidth=1)
    axes.plot([], [], "--", color="#666666", linewidth=1, label="bytes ÷ bandwidth")
    _style(axes, LABELS[axis], "µs a step" if axis == "units" else "")


def _experiments(axes: Axes, entries: list[dict[str, Any]]) -> None:
    runs = [e["more"]["runs"] for e in entries]
    medians = [statistics.median(e["samples"]) for e in entries]
    axes.plot(runs, medians, "o-", color=COLOURS[0], markersize=4, label="an experiment")
    each = medians[-1] / runs[-1]
    line = [each * n for n in runs]
    label = f"{1_000 * each:.0f} ms a run"
    axes.plot(runs, line, "--", color="#666666", linewidth=1, label=label)
    _style(axes, "runs", "s")


def _processes(axes: Axes, works: dict[str, list[dict[str, Any]]]) -> None:
    counts: list[float] = []
    for colour, (name, entries) in zip(COLOURS, works.items(), strict=True):
        counts = [e["more"]["processes"] for e in entries]
        medians = [statistics.median(e["samples"]) for e in entries]
        times = [median / medians[0] for median in medians]
        axes.plot(counts, times, "o-", color=colour, markersize=4, label=name)
    axes.plot(counts, counts, "--", color="#666666", linewidth=1, label="a core each")
    _style(axes, "API processes", "times the requests of one")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(mpl.ticker.FixedLocator(counts))
        axis.set_minor_locator(mpl.ticker.NullLocator())


def _style(axes: Axes, x: str, y: str) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.yaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.grid(color="#e8e8e8", which="major", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)


def _save(picture: Figure, name: str) -> None:
    picture.savefig(ROOT / f"docs/growth-{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    draw()
