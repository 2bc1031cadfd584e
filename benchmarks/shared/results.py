"""What a benchmark found, as a JSON file that tables and plots are drawn from."""

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.shared.processes import ROOT
from benchmarks.shared.samples import Mark, Spread

FOLDER = ROOT / "benchmarks/results"


@dataclass(frozen=True)
class Entry:
    """One contender's part of a measurement.

    Attributes:
        name: as tables call it.
        samples: one a round, in the order in which they were taken.
        version: the library and its version.
        setting: how it was set, in words.
        more: what else is to be told, numbers by name: seconds of compiling, a loss.
    """

    name: str
    samples: list[float]
    version: str = ""
    setting: str = ""
    more: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Measurement:
    """Contenders that took turns at the same work.

    Attributes:
        name: of the work; marks refer to it, and a new measurement replaces one of the same name.
        unit: of the samples.
        entries: this project's first.
        note: how much work a sample is.
    """

    name: str
    unit: str
    entries: list[Entry]
    note: str = ""

    def samples(self, name: str) -> list[float]:
        """Return the samples of the contender `name`."""
        return next(entry.samples for entry in self.entries if entry.name == name)


class Results:
    """The results file of one benchmark.

    What this machine measured before is kept until it is measured again; another machine's results
    are not mixed with this one's.

    Args:
        name: of the benchmark, and of the file.
    """

    def __init__(self, name: str) -> None:
        self.path = FOLDER / f"{name}.json"
        self._content: dict[str, Any] = {"machine": machine(), "measurements": [], "marks": []}
        if self.path.exists():
            stored = json.loads(self.path.read_text())
            if stored["machine"] == self._content["machine"]:
                self._content = stored

    def add(self, measurement: Measurement, marks: Sequence[Mark]) -> bool:
        """Store a measurement with its marks, at once; return whether all of them hold."""
        told = [_told(mark, measurement) for mark in marks]
        taken = {"taken": time.strftime("%Y-%m-%d", time.gmtime())}
        self._replace("measurements", "name", [asdict(measurement) | taken], measurement.name)
        self._replace("marks", "measured", told, measurement.name)
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(json.dumps(self._content, indent=1, ensure_ascii=False) + "\n")
        return all(mark["holds"] for mark in told)

    def _replace(self, part: str, key: str, new: list[dict[str, Any]], name: str) -> None:
        there = self._content[part]
        place = next((n for n, each in enumerate(there) if each[key] == name), len(there))
        kept = [each for each in there if each[key] != name]
        self._content[part] = [*kept[:place], *new, *kept[place:]]


def machine() -> dict[str, Any]:
    """Return what figures depend on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _told(mark: Mark, measurement: Measurement) -> dict[str, Any]:
    over = measurement.samples(mark.over)
    under = None if mark.under is None else measurement.samples(mark.under)
    found = Spread.of(over) if under is None else Spread.of_ratio(over, under)
    return asdict(mark) | asdict(found) | {"holds": mark.holds(found.median)}
