"""How long a page of experiments takes with 100,000 in the store, by kind of page."""

import math
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from benchmarks.shared.results import Entry, Measurement
from benchmarks.shared.samples import Mark
from benchmarks.store.api import DATABASES, Api, database, opened, running, version
from benchmarks.store.filling import OWNERS, fill
from fitserve_core.keys import new_key

EXPERIMENTS = 100_000
QUEUED = 30_000
ROUNDS = 3
REQUESTS = 100  # of a kind, a round
MOST_MILLISECONDS = 20.0

Draw = Callable[[random.Random, list[str]], str]


def _always(path: str, _draw: random.Random, _ids: list[str]) -> str:
    return path


def _anywhere(query: str, draw: random.Random, ids: list[str]) -> str:
    return f"/experiments?{query}&after={draw.choice(ids)}"


KINDS: dict[str, Draw] = {
    "first page": partial(_always, "/experiments"),
    "anywhere by cursor": partial(_anywhere, "limit=20"),
    "anywhere, queued": partial(_anywhere, "status=queued"),
    "anywhere, failed": partial(_anywhere, "status=failed"),
    "anywhere, of a data set": partial(_anywhere, "dataset=eckerle4"),
    "anywhere, failed of a data set": partial(_anywhere, "status=failed&dataset=eckerle4"),
    "anywhere, with a tag": partial(_anywhere, "tag=series+07"),
    "anywhere, failed with a tag": partial(_anywhere, "tag=thesis&status=failed"),
    "100 experiments, anywhere": partial(_anywhere, "limit=100"),
}
# Asked with a key that sees its own experiments and nobody's.
KEYED: dict[str, Draw] = {
    "first page, of one key": partial(_always, "/experiments"),
    "anywhere, failed of one key": partial(_anywhere, "status=failed"),
}


def pages() -> Iterator[tuple[Measurement, list[Mark]]]:
    """Yield what each kind of page took, once all are measured; the databases take turns."""
    all_seeing, boss = new_key("boss", "admin")
    one_key, one = new_key(OWNERS[0], "read")
    kinds = [(name, kind, all_seeing) for name, kind in KINDS.items()]
    kinds += [(name, kind, one_key) for name, kind in KEYED.items()]
    taken: dict[tuple[str, str], list[list[float]]] = {}
    versions = {}
    with ExitStack() as stack:
        apis, ids = {}, []
        for name in DATABASES:
            folder, url = stack.enter_context(database(name))
            with opened(folder, url) as store:
                ids = fill(store, EXPERIMENTS, QUEUED)
                versions[name] = version(store)
            apis[name] = stack.enter_context(running(folder, url, f"{boss},{one}"))
        draw = random.Random(1)
        for _ in range(1 + ROUNDS):
            for name, kind, key in kinds:
                for database_, api in apis.items():
                    times = round_of(api.as_holder(key), kind, ids, draw)
                    taken.setdefault((name, database_), []).append(times)
    for name, _, _ in kinds:
        entries = [_entry(taken[name, each][1:], each, versions[each]) for each in DATABASES]
        work = f"page: {name}"
        note = (
            f"{EXPERIMENTS:,} experiments, {QUEUED:,} of them queued; {REQUESTS} requests a round"
        )
        marks = [
            Mark(
                work,
                f"at most {MOST_MILLISECONDS:.0f} ms on {each}",
                each,
                MOST_MILLISECONDS,
                "at most",
            )
            for each in DATABASES
        ]
        yield Measurement(work, "ms, 99th percentile", entries, note), marks


def round_of(api: Api, kind: Draw, ids: list[str], draw: random.Random) -> list[float]:
    """Return the milliseconds that each request of a round took."""
    return [api.milliseconds(kind(draw, ids)) for _ in range(REQUESTS)]


def percentile(values: list[float], share: float) -> float:
    """Return the least value that a share of them does not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def _entry(rounds: list[list[float]], name: str, told: str) -> Entry:
    whole = [each for times in rounds for each in times]
    more = {"median, ms": percentile(whole, 0.5), "99 % of all, ms": percentile(whole, 0.99)}
    return Entry(name, [percentile(times, 0.99) for times in rounds], told, more=more)
