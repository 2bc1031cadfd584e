"""Let this project's training program and its peers take turns at each workload, on one core."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.shared.processes import Contender, ContenderError, pin_to_one_core
from benchmarks.shared.results import Entry, Measurement, Results
from benchmarks.shared.samples import Spread
from benchmarks.training.contenders import ENTRANTS, FITSERVE, Entrant
from benchmarks.training.problems import problem
from benchmarks.training.reach import marks
from benchmarks.training.workloads import WORKLOADS, Size, Workload

# Rounding errors grow with the steps: weights that start 3e-7 apart have losses 2e-3 apart over
# 50,000 steps of 784-100-10 at batch size 1.
LONG_TOLERANCE = 1e-2


class DisagreementError(Exception):
    """Two contenders did not train the same."""


def main() -> int:
    """Measure, store the results, print them; return 1 if a mark is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=list(WORKLOADS), help="a workload")
    parser.add_argument("--turns", type=int, help="of each contender; the workload's own if none")
    chosen = parser.parse_args()
    core = pin_to_one_core()
    print("one core" if core is None else f"core {core}", "for all contenders")
    results = Results("training")
    missed = 0
    for name in chosen.only or WORKLOADS:
        try:
            missed += not contest(WORKLOADS[name], chosen.turns, results)
        except (DisagreementError, ContenderError) as error:
            print(error, file=sys.stderr, flush=True)
            missed += 1
    return 1 if missed else 0


def contest(workload: Workload, turns: int | None, results: Results) -> bool:
    """Measure one workload; return whether its marks hold."""
    entrants = [entrant for entrant in ENTRANTS if entrant.takes(workload)]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        folders = {
            size: _written(workload, size, Path(folder, f"{size.rows}-{size.epochs}"))
            for size in {workload.compared, *(workload.turn(slow=slow) for slow in (True, False))}
        }
        references: dict[Size, float] = {}
        players = [
            Player(workload, entrant, stack.enter_context(entrant.start()), folders)
            for entrant in entrants
        ]
        for player in players:
            # What is compared first: there contenders have to agree closely.
            for size in dict.fromkeys((workload.compared, player.size)):
                player.prepare(size)
                player.check(references)
        for _ in range(turns or workload.turns):
            for player in players:
                player.take_turn()
                player.check(references)
        entries = [player.entry(references) for player in players]
    measurement = Measurement(workload.name, players[0].unit, entries, _note(workload))
    _print(measurement)
    return results.add(measurement, list(marks(workload, entrants)))


class Player:
    """An entrant at work on a workload; `rows` are those of its turns."""

    def __init__(
        self, workload: Workload, entrant: Entrant, contender: Contender, folders: dict[Size, Path]
    ) -> None:
        self._workload = workload
        self._entrant = entrant
        self._contender = contender
        self._folders = folders
        self.size = workload.turn(slow=entrant.slow)
        self._samples: list[float] = []

    @property
    def unit(self) -> str:
        """Of its samples: seconds of a whole run, or microseconds of a step."""
        return "s a run" if self._workload.epochs > 1 else "µs a step"

    def prepare(self, size: Size) -> None:
        """Get ready to train so much in a turn, and do it once."""
        self._trained = size
        self._told = self._contender.ask(problem=str(self._folders[size]))
        self._loss = float(self._told["loss"])

    def take_turn(self) -> None:
        """Train once."""
        turn = self._contender.ask(problem=str(self._folders[self.size]))
        self._loss = turn["loss"]
        scale = 1.0 if self._workload.epochs > 1 else 1e6 / self._told["steps"]
        self._samples.append(turn["seconds"] * scale)

    def check(self, references: dict[Size, float]) -> None:
        """Refuse a loss that is not this project's of the same size, whose first one is kept.

        Raises:
            DisagreementError: it is not.
        """
        expected = references.setdefault(self._trained, self._loss)
        compared = self._workload.compared
        share = self._workload.tolerance
        if self._trained != compared:
            share = max(share, LONG_TOLERANCE)
        longer = self._trained.epochs > compared.epochs
        if longer or not self._entrant.same_steps(self._workload):
            return
        if abs(self._loss - expected) > share * expected:
            raise DisagreementError(
                f"{self._workload.name}: {self._entrant.name} has a mean loss of {self._loss:.6f} "
                f"over {self._trained.rows:,} rows, this project one of {expected:.6f}; they may "
                f"differ by {share:g} of it"
            )

    def entry(self, references: dict[Size, float]) -> Entry:
        """Return what is stored of it."""
        return Entry(
            self._entrant.name,
            self._samples,
            self._told["version"],
            self._told["setting"],
            {
                "compiling, s": self._told["compile_seconds"],
                "loss": self._loss,
                f"{FITSERVE}'s loss": references[self.size],
            },
        )


def _written(workload: Workload, size: Size, folder: Path) -> Path:
    problem(workload.of(size), size.rows).write(folder)
    return folder


def _note(workload: Workload) -> str:
    few, rows = f"{workload.few:,}", f"{workload.rows:,}"
    return f"{rows} rows a turn" + (f", {few} for slow contenders" if few != rows else "")


def _print(measurement: Measurement) -> None:
    print(f"\n{measurement.name}: {measurement.unit}; {measurement.note}")
    print(f"{'':28}{'median':>12}{'least':>10}{'most':>10}{'compiling':>12}   how it was set")
    for entry in measurement.entries:
        compiling = f"{entry.more['compiling, s']:>10.1f} s   {entry.setting}"
        print(f"{entry.name:28}{Spread.of(entry.samples).columns('.3f')}{compiling}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
