"""What 100 pages that watch cost the API, while nothing happens and while two slots train."""

import asyncio
import time
from collections.abc import Iterator

from benchmarks.shared.processes import ContenderError
from benchmarks.shared.results import Entry, Measurement
from benchmarks.shared.samples import Mark
from benchmarks.store.api import DATABASES, Api, database, opened, running, version
from fitserve_core.results import EpochFigures
from fitserve_core.spec import ExperimentSpec
from fitserve_core.store import Checkpoint, Store
from fitserve_core.store.claims import Claim

WATCHERS = 100
SECONDS = 3.0
ROUNDS = 3
# Two slots, each of which stores what a slice of a quarter of a second has trained.
EVENTS_A_SECOND = 8
MOST_PERCENT = 10.0
TOLD_WITHIN_SECONDS = 20.0
HEAD = "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"


def watchers() -> Iterator[tuple[Measurement, list[Mark]]]:
    """Yield what the API takes of a core, by what is watched and what happens."""
    entries: dict[str, list[Entry]] = {}
    for name in DATABASES:
        with database(name) as (folder, url), opened(folder, url) as store:
            claim = _training(store)
            with running(folder, url) as api:
                epoch = 0
                for rate in (0, EVENTS_A_SECOND):
                    for path in ("/events", f"/experiments/{claim.experiment_id}/events"):
                        samples = []
                        for _ in range(ROUNDS):
                            samples.append(_share(api, path, store, claim, rate, epoch))
                            epoch += round(rate * SECONDS)
                        watched = "all experiments" if path == "/events" else "one experiment"
                        work = f"{WATCHERS} watch {watched}, {rate} events a second"
                        entries.setdefault(work, []).append(Entry(name, samples, version(store)))
    for work, told in entries.items():
        words = f"at most {MOST_PERCENT:.0f} % of a core on"
        marks = [Mark(work, f"{words} {e.name}", e.name, MOST_PERCENT, "at most") for e in told]
        yield Measurement(work, "% of a core", told, f"{SECONDS:.0f} s a round"), marks


def _training(store: Store) -> Claim:
    spec = {"dataset": "mnist", "training": {"epochs": 10_000}}
    store.experiments.create(ExperimentSpec.model_validate(spec))
    claim = store.claims.take("benchmark", "cpu")
    assert claim is not None
    return claim


def _share(api: Api, path: str, store: Store, claim: Claim, rate: int, epoch: int) -> float:
    return asyncio.run(_watched(api, path, store, claim, rate, epoch))


async def _watched(api: Api, path: str, store: Store, claim: Claim, rate: int, epoch: int) -> float:
    # Who watches one experiment is told first what has happened to it.
    there = 0 if path == "/events" else len(store.events.of_experiment(claim.experiment_id, 0, 999))
    # Counted from -1: the answer has not begun.
    seen = [-1] * WATCHERS
    tasks = [asyncio.create_task(_watch(api.port, path, seen, n)) for n in range(WATCHERS)]
    await _until_all_have(seen, there)
    began, used = time.perf_counter(), api.cpu_seconds()
    if rate:
        await asyncio.to_thread(_write, store, claim, rate, epoch)
        await _until_all_have(seen, there + round(rate * SECONDS))
    else:
        await asyncio.sleep(SECONDS)
    percent = 100 * (api.cpu_seconds() - used) / (time.perf_counter() - began)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return percent


async def _until_all_have(seen: list[int], events: int) -> None:
    deadline = time.monotonic() + TOLD_WITHIN_SECONDS
    while seen != [events] * WATCHERS:
        if time.monotonic() > deadline:
            raise ContenderError(f"not all watchers have seen {events} events: {seen}")
        await asyncio.sleep(0.02)


async def _watch(port: int, path: str, seen: list[int], number: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(HEAD.format(path=path).encode())
        await reader.readuntil(b"\r\n\r\n")
        seen[number] = 0
        while line := await reader.readline():
            seen[number] += line.startswith(b"data:")
    finally:
        writer.close()


def _write(store: Store, claim: Claim, rate: int, epoch: int) -> None:
    began = time.perf_counter()
    for number in range(round(rate * SECONDS)):
        told = EpochFigures(
            epoch=epoch + number + 1,
            loss=0.5,
            accuracy=0.9,
            val_accuracy=0.8,
            val_loss=0.6,
            learning_rate=0.1,
            seconds=0.25,
            gradient_norms=[0.1, 0.2],
        )
        store.claims.record(claim, [told], Checkpoint("checkpoint.npz", "0" * 64))
        time.sleep(max(0.0, began + (number + 1) / rate - time.perf_counter()))
