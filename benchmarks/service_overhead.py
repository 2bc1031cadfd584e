"""What the service adds to trainings: 100 runs of one epoch each, which take next to no time.

They are one experiment, posted to a service of its own (two slots, SQLite, the embedded broker)
whose workers are warm, and done when the client has seen the experiment end. Then as many are
trained by one slot's code in this process, on one core, to show where a run's time goes; and as
many with the whole training of Eckerle4 that is measured beside peers.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from fitserve import Client
from fitserve_core.artefacts import Artefacts
from fitserve_core.settings import Settings
from fitserve_core.spec import ExperimentSpec
from fitserve_core.store import Store
from fitserve_core.store.claims import Claims
from fitserve_service.stack import Stack

RUNS = 100
WARM_RUNS = 10
TURNS = 5
SLOTS = 2
TARGET_SECONDS = 10.0
SPEC: dict[str, Any] = {"dataset": "eckerle4", "training": {"epochs": 1}}
WHOLE = "Eckerle4, 1-128-128-64-1, Adam, batch 2, 256 epochs"


def main() -> int:
    """Print seconds of whole experiments, then milliseconds of a run's parts."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = experiments(settings(Path(folder)))
    print(f"{RUNS} runs of one epoch of Eckerle4, {SLOTS} slots, {TURNS} experiments, s")
    median = statistics.median(seconds)
    print(f"  median {median:.2f}, least {min(seconds):.2f}, most {max(seconds):.2f}", end="")
    print(f"   target: at most {TARGET_SECONDS:.0f}")
    for name, spec in (("one epoch", SPEC), (WHOLE, whole_training())):
        with tempfile.TemporaryDirectory() as folder:
            parts = one_slot(settings(Path(folder)), spec)
        print(f"one slot on one core, {RUNS} runs, ms a run: {name}")
        for part, milliseconds in parts.items():
            print(f"  {part:36}{milliseconds:>8.1f}")
    return 0 if median <= TARGET_SECONDS else 1


def whole_training() -> dict[str, Any]:
    """Return the spec of the training that is measured beside peers."""
    from benchmarks.training.problems import spec
    from benchmarks.training.workloads import WORKLOADS

    return spec(WORKLOADS[WHOLE])


def settings(folder: Path) -> Settings:
    """Return those of a service of its own, whatever the environment says."""
    own = {"data": folder, "port": 0, "slots": SLOTS, "database_url": None, "redis_url": None}
    return Settings.model_validate(own)


def experiments(own: Settings) -> list[float]:
    """Return how long each experiment took, from posting it to seeing its end."""
    with Stack(own) as stack, Client(stack.url) as client:
        client.experiments.create(**SPEC, repetitions=WARM_RUNS).wait(progress=False)
        return [timed(client) for _ in range(TURNS)]


def timed(client: Client) -> float:
    """Return the seconds that one experiment takes."""
    began = time.perf_counter()
    client.experiments.create(**SPEC, repetitions=RUNS).wait(progress=False)
    return time.perf_counter() - began


def one_slot(own: Settings, given: dict[str, Any]) -> dict[str, float]:
    """Return the milliseconds that a run of a spec takes, by part."""
    from fitserve_workers import runner
    from fitserve_workers.checkpoints import Checkpoints
    from fitserve_workers.training import (
        ProgramCache,
        Training,
        configure_tensorflow,
    )

    configure_tensorflow()
    store = Store.opened(own)
    slot = runner.Runner(
        own, store, Artefacts(own.artefacts), ProgramCache(), "benchmark", "cpu", lambda: False
    )
    spec = ExperimentSpec.model_validate({**given, "repetitions": WARM_RUNS + RUNS})
    store.experiments.create(spec)
    for _ in range(WARM_RUNS):
        slot.train_next()
    parts = {
        "claim": (Claims, "take"),
        "rows": (runner, "load_dataset"),
        "fresh weights in a compiled program": (runner, "Training"),
        "training": (Training, "advance"),
        "checkpoint": (Checkpoints, "write"),
        "figures stored": (Claims, "record"),
        "test figures": (Training, "final_figures"),
        "verdict": (runner, "verdict"),
        "record": (runner, "record_of"),
        "weights.npz": (runner, "write_weights"),
        "model.keras": (runner, "export_keras"),
        "model.onnx": (runner, "export_onnx"),
        "end stored": (Claims, "succeed"),
    }
    spent = dict.fromkeys(parts, 0.0)
    with ExitStack() as stack:
        for part, (owner, name) in parts.items():
            stack.enter_context(watched(spent, part, owner, name))
        began = time.perf_counter()
        for _ in range(RUNS):
            slot.train_next()
        whole = time.perf_counter() - began
    store.close()
    spent["the rest: files made durable, lease"] = whole - sum(spent.values())
    return {name: 1_000 * seconds / RUNS for name, seconds in (spent | {"whole": whole}).items()}


@contextmanager
def watched(spent: dict[str, float], part: str, owner: Any, name: str) -> Iterator[None]:
    """Let calls of `owner`'s function `name` add their seconds to the `part`, for a while."""
    call: Callable[..., Any] = getattr(owner, name)

    def timed(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return call(*given, **named)
        finally:
            spent[part] += time.perf_counter() - began

    setattr(owner, name, timed)
    try:
        yield
    finally:
        setattr(owner, name, call)


if __name__ == "__main__":
    sys.exit(main())
