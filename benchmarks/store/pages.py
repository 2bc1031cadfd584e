"""How long a page of experiments takes with 100,000 in the store, by kind of page."""

import random
from collections.abc import Callable
from functools import partial

from benchmarks.store.api import Api

EXPERIMENTS = 100_000
QUEUED = 30_000
ROUNDS = 5
REQUESTS = 200  # of a kind, a round
MOST_MILLISECONDS = 20.0

Draw = Callable[[random.Random, list[str]], str]


def percentile(values: list[float], share: float) -> float:
    """Return the value that a share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, round(share * len(values)))]


def _anywhere(query: str, draw: random.Random, ids: list[str]) -> str:
    return f"/experiments?{query}&after={draw.choice(ids)}"


def _always(path: str, _draw: random.Random, _ids: list[str]) -> str:
    return path


# Which pages; those of one key are of two fifths of all experiments and what all may read.
KINDS: dict[str, Draw] = {
    "the first page": partial(_always, "/experiments"),
    "a page of 100": partial(_anywhere, "limit=100"),
    "anywhere, by cursor": partial(_anywhere, "limit=20"),
    "anywhere, queued": partial(_anywhere, "status=queued"),
    "anywhere, failed": partial(_anywhere, "status=failed"),
    "anywhere, of a data set": partial(_anywhere, "dataset=eckerle4"),
    "anywhere, with a tag": partial(_anywhere, "tag=series+07"),
    "failed, with a tag": partial(_anywhere, "tag=thesis&status=failed"),
    "failed, of a data set": partial(_anywhere, "status=failed&dataset=eckerle4"),
}
# The same service, asked with a key that sees its own and nobody's.
KEYED: dict[str, Draw] = {
    "one key's, the first page": partial(_always, "/experiments"),
    "one key's, anywhere": partial(_anywhere, "limit=20"),
    "one key's, failed": partial(_anywhere, "status=failed"),
}


def round_of(api: Api, kind: Draw, ids: list[str], draw: random.Random) -> list[float]:
    """Return the milliseconds that each request of a round took."""
    return [api.milliseconds(kind(draw, ids)) for _ in range(REQUESTS)]
