"""Pages, summaries, watchers and metrics of large stores, on SQLite and PostgreSQL."""

import argparse
import sys

from benchmarks.shared.results import Results
from benchmarks.shared.samples import Spread
from benchmarks.store.metrics import metrics
from benchmarks.store.pages import pages
from benchmarks.store.summaries import summaries
from benchmarks.store.watchers import watchers

PARTS = {"pages": pages, "summaries": summaries, "watchers": watchers, "metrics": metrics}


def main() -> int:
    """Measure, print and store; 1 where a mark is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, nargs="+", default=list(PARTS), help="which parts")
    results, hold = Results("store"), True
    for part in parser.parse_args().only:
        for measurement, marks in PARTS[part]():
            hold &= results.add(measurement, marks)
            print(f"{measurement.name}, {measurement.unit}")
            for entry in measurement.entries:
                print(f"  {entry.name:12}{Spread.of(entry.samples).columns('.1f')}", entry.more)
    return 0 if hold else 1


if __name__ == "__main__":
    sys.exit(main())
