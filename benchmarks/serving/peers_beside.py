"""Requests a second and latencies beside peers, on the same ONNX model; one core each.

Servers run on one core, wrk on the other. Each starts once a work; they take turns of short loads.
"""

import argparse
import math
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.serving.load import Load, put_load
from benchmarks.serving.models import keep_models
from benchmarks.serving.servers import SETTINGS, ask, cores, running, version
from benchmarks.serving.works import Work, works
from benchmarks.shared.results import Entry, Measurement, Results
from benchmarks.shared.samples import Mark, Spread

CONNECTIONS = (1, 16, 64)
ROUNDS = 7
SECONDS = 2
# As many as slow contenders answer, or nearly: each connection is to have had an answer or two.
ROWS_A_SECOND = 10_000
FULL = 16  # connections at which marks are set
FASTER = {
    "numbers": {"MLServer": 2.5, "BentoML": 8.0, "floor": 0.85},
    "compact": {"MLServer, JSON numbers": 5.0},
    "many": {"floor": 0.9},
}
SLOWEST = 2.0  # times the floor's 99th percentile


def main() -> int:
    """Measure every work asked for, store and print it; return 1 if a mark is missed."""
    asked = _arguments()
    results = Results("serving")
    held = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = keep_models(folder)
        for key, work in works().items():
            if key not in asked.only:
                continue
            with servers(work, folder, files[work.dataset], asked.contenders) as urls:
                for connections in asked.connections:
                    loads = turns(work, urls, folder, connections, asked.rounds)
                    told = measurements(work, connections, loads)
                    for each, marks in zip(told, marks_of(key, connections, told), strict=True):
                        able = [mark for mark in marks if {mark.over, mark.under} <= {*loads}]
                        if asked.keep:
                            held.append(results.add(each, able))
                        show(each, able)
    return 0 if all(held) else 1


@contextmanager
def servers(work: Work, folder: Path, model: Path, names: list[str]) -> Iterator[dict[str, str]]:
    """Run the contenders that take a work; yield their addresses."""
    core, _ = cores()
    more = {"FITSERVE_DATA": str(folder), "MODEL": str(model), "OUTPUT": work.output}
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(running(name, core, body, **more))
            for name, body in work.bodies.items()
            if name in names
        }


def turns(
    work: Work, urls: dict[str, str], folder: Path, connections: int, rounds: int
) -> dict[str, list[Load]]:
    """Put load on each contender in turns; the first round only warms up."""
    _, core = cores()
    seconds = seconds_of_load(work, connections)
    loads: dict[str, list[Load]] = {name: [] for name in urls}
    for number in range(1 + rounds):
        for name, url in urls.items():
            load = put_load(url, work.bodies[name], folder, connections, seconds, core)
            # Its core is the next one's, too: what it still has to answer would take that from it.
            ask(url, work.bodies[name])
            if number:
                loads[name].append(load)
    return loads


def seconds_of_load(work: Work, connections: int) -> int:
    """Return how long a sample takes: whole seconds, as wrk wants them."""
    return max(SECONDS, math.ceil(connections * work.rows / ROWS_A_SECOND))


def measurements(
    work: Work, connections: int, loads: dict[str, list[Load]]
) -> tuple[Measurement, Measurement]:
    """Return what was seen, as requests a second and as the 99th percentile."""
    at = f"{work.name}, {connections} connection{'s' if connections > 1 else ''}"
    told = {name: (version(name), SETTINGS[name]) for name in loads}
    note = f"{seconds_of_load(work, connections):g} s of load a sample"
    return (
        Measurement(
            at,
            "requests/s",
            [Entry(name, [one.rate for one in seen], *told[name]) for name, seen in loads.items()],
            note,
        ),
        Measurement(
            f"{at}: p99",
            "ms",
            [
                Entry(
                    name,
                    [one.p99 for one in seen],
                    *told[name],
                    {"p50, ms": sorted(one.p50 for one in seen)[len(seen) // 2]},
                )
                for name, seen in loads.items()
            ],
            note,
        ),
    )


def marks_of(
    key: str, connections: int, told: tuple[Measurement, Measurement]
) -> tuple[list[Mark], list[Mark]]:
    """Return what is to be reached, in requests a second and in latency."""
    if connections != FULL:
        return [], []
    rate, latency = told
    faster = [
        Mark(rate.name, f"≥ {bound:g} × {peer}", "fitserve", bound, "at least", peer)
        for peer, bound in FASTER.get(key, {}).items()
    ]
    slowest = Mark(
        latency.name, f"≤ {SLOWEST:g} × the floor", "fitserve", SLOWEST, "at most", "floor"
    )
    return faster, [slowest] if key == "numbers" else []


def show(measured: Measurement, marks: list[Mark]) -> None:
    """Print a measurement and its marks."""
    print(f"\n{measured.name}, {measured.unit:<20}{'median':>12}{'least':>10}{'most':>10}")
    for entry in measured.entries:
        print(f"  {entry.name:<30}{Spread.of(entry.samples).columns(',.2f')}")
    for mark in marks:
        ratio = Spread.of_ratio(measured.samples(mark.over), measured.samples(mark.under or ""))
        print(f"  {mark.words:<30}{ratio.columns('.2f')}   {mark.holds(ratio.median)}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=list(works()), help="works")
    parser.add_argument("--contenders", nargs="+", default=list(SETTINGS))
    parser.add_argument("--connections", nargs="+", type=int, default=CONNECTIONS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
