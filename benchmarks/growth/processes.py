"""Requests a second against API processes."""

import itertools
import resource
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.service_overhead import SPEC
from benchmarks.serving.load import put_load
from benchmarks.serving.models import keep_models, own_settings
from benchmarks.serving.servers import SETTINGS
from benchmarks.serving.works import Work, works
from benchmarks.shared.results import Entry, Measurement
from benchmarks.shared.samples import Spread
from fitserve import Client
from fitserve_service.stack import Stack

PROCESSES = (1, 2)
WORKS = ("numbers", "compact", "many")
CONNECTIONS = 16
TURNS = 5
SECONDS = 2.0


def measure_processes() -> list[Measurement]:
    """Return requests a second of works, each of services that take turns."""
    with ExitStack() as stack:
        services = {count: stack.enter_context(_service(count)) for count in PROCESSES}
        return [_measured(works()[name], services) for name in WORKS]


@contextmanager
def _service(count: int) -> Iterator[tuple[str, Path]]:
    """Run a whole service, as `fitserve up` does, whose worker waits; yield address and folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keep_models(folder)
        changes = {"port": 0, "slots": 1, "api_processes": count}
        settings = own_settings(folder).model_copy(update=changes)
        with Stack(settings) as stack, Client(stack.url) as client:
            client.experiments.create(**SPEC, repetitions=1).wait(progress=False)  # then it waits
            yield stack.url, folder


def _measured(work: Work, services: dict[int, tuple[str, Path]]) -> Measurement:
    rates: dict[int, list[float]] = {count: [] for count in services}
    shares: dict[int, list[float]] = {count: [] for count in services}
    # The first turn only warms up.
    for turn, (count, (url, folder)) in itertools.product(range(1 + TURNS), services.items()):
        began = _children_seconds()
        load = put_load(url, work.bodies["fitserve"], folder, CONNECTIONS, SECONDS, None)
        if turn:
            rates[count].append(load.rate)
            shares[count].append((_children_seconds() - began) / SECONDS)
    entries = [_entry(count, rates[count], shares[count]) for count in services]
    print(f"\n{work.name}, requests/s")
    for entry in entries:
        print(f"{entry.name:40}{Spread.of(entry.samples).columns(',.1f')}", flush=True)
    note = f"{CONNECTIONS} connections, {SECONDS:g} s of load a sample"
    return Measurement(work.name, "requests/s", entries, note)


def _entry(count: int, rates: list[float], shares: list[float]) -> Entry:
    name = f"{count} process{'es' if count > 1 else ''}"
    more = {"processes": count, "cores that wrk took": Spread.of(shares).median}
    return Entry(name, rates, setting=SETTINGS["fitserve"], more=more)


def _children_seconds() -> float:
    """Return the processor time of children that have ended: wrk alone ends meanwhile."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
