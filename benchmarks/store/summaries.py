"""How long the summary of an experiment of 1,000 runs takes, by its shape."""

from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.shared.results import Entry, Measurement
from benchmarks.shared.samples import Mark
from benchmarks.store.api import DATABASES, database, opened, running, version
from benchmarks.store.filling import copied, ended, insert_all, settle_down, template

SHAPES = ((1, 1_000), (100, 10), (1_000, 1))  # cells × repetitions
ROUNDS = 5
REQUESTS = 5  # a round; the slowest counts
MOST_MILLISECONDS = 200.0


def summaries() -> Iterator[tuple[Measurement, list[Mark]]]:
    """Yield what the summary of each shape took; the databases take turns."""
    with ExitStack() as stack:
        apis, ids, versions = {}, {}, {}
        for name in DATABASES:
            folder, url = stack.enter_context(database(name))
            with opened(folder, url) as store:
                for number, (cells, repetitions) in enumerate(SHAPES, start=1):
                    grid = {"seed": list(range(cells))}
                    spec = {"dataset": "mnist", "grid": grid, "repetitions": repetitions}
                    parent, runs = copied(template(store, spec), number, status="succeeded")
                    with store.database.writing() as connection:
                        insert_all(connection, [(parent, [ended(row) for row in runs])])
                    ids[cells, repetitions] = parent["id"]
                settle_down(store)
                versions[name] = version(store)
            apis[name] = stack.enter_context(running(folder, url))
        for shape, id_ in ids.items():
            work = "summary: {:,} cells × {:,} runs".format(*shape)
            samples: dict[str, list[float]] = {name: [] for name in DATABASES}
            for _ in range(1 + ROUNDS):
                for name, api in apis.items():
                    asked = (
                        api.milliseconds(f"/experiments/{id_}/summary") for _ in range(REQUESTS)
                    )
                    samples[name].append(max(asked))
            entries = [Entry(name, samples[name][1:], versions[name]) for name in DATABASES]
            marks = [
                Mark(
                    work,
                    f"at most {MOST_MILLISECONDS:.0f} ms on {name}",
                    name,
                    MOST_MILLISECONDS,
                    "at most",
                )
                for name in DATABASES
            ]
            yield Measurement(work, "ms", entries, f"the slowest of {REQUESTS} a round"), marks
