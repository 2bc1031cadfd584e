"""What must hold after every attack: one checker asks the store, the files and the stream."""

import hashlib
import sqlite3
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import select

from chaos.house import House
from chaos.twins import Twins
from fitserve_core.garbage import garbage, remove_garbage
from fitserve_core.results import TERMINAL, Event, RunMetrics
from fitserve_core.store.tables import artefact, event, run
from support.waiting import until

UNRECORDED = {"seconds"}


class BrokenError(AssertionError):
    """An invariant does not hold."""


@dataclass
class Checked:
    """How much was looked at."""

    experiments: int = 0
    runs: int = 0
    epochs: int = 0
    files: int = 0
    events: int = 0
    twins: int = 0
    garbage: int = 0
    attempts: list[int] = field(default_factory=list)


class Checker:
    """Checks a house's experiments since the last check.

    Args:
        twins: what the same specs came to undisturbed.
    """

    def __init__(self, twins: Twins) -> None:
        self._twins = twins

    def check(self, house: House, faults: int, seconds: float = 180) -> Checked:
        """Wait for the end of every experiment that was answered 201, then check.

        Args:
            house: whose.
            faults: how many attempts the attack can have cost a run.
            seconds: how long an experiment may take.

        Raises:
            BrokenError: what does not hold.
        """
        checked = Checked()
        posted, house.posted = house.posted, []
        for experiment_id in posted:
            house.until_ended(experiment_id, seconds)
        for experiment_id in posted:
            self._experiment(house, experiment_id, faults, checked)
        _attempts_apart(house)
        _stream(house, checked)
        _files(house, posted, checked)
        return checked

    def _experiment(self, house: House, id_: str, faults: int, checked: Checked) -> None:
        experiment = house.store.experiments.get(id_)
        events = house.store.events.of_experiment(id_, 0, 1_000_000)
        endings = [e.type for e in events if e.type in {f"experiment.{s}" for s in TERMINAL}]
        _hold(endings == [f"experiment.{experiment.status}"], f"{id_} ended as {endings}")
        _hold([e.seq for e in events] == list(range(1, len(events) + 1)), f"{id_}: gaps in events")
        checked.experiments += 1
        for found in house.runs(id_):
            told = [e for e in events if e.data.get("run_id") == found.run_id]
            _run(found, told, experiment.status, faults)
            checked.runs += 1
            checked.epochs += len(found.epochs)
            checked.attempts.append(found.attempt)
        if experiment.status == "succeeded":
            twins = self._twins.of(experiment.spec, house)
            runs = house.runs(id_)
            _hold(len(runs) == len(twins), f"{id_} has {len(runs)} runs, its twin {len(twins)}")
            for found, twin in zip(runs, twins, strict=True):
                _same(found, twin)
                checked.twins += 1


def _run(found: RunMetrics, told: list[Event], status: str, faults: int) -> None:
    name = f"run {found.run_id}"
    _hold(found.status in TERMINAL, f"{name} is {found.status}, its experiment {status}")
    _hold(found.attempt <= faults + 1, f"{name}: {found.attempt} attempts for {faults} faults")
    numbers = [epoch.epoch for epoch in found.epochs]
    _hold(numbers == list(range(1, len(numbers) + 1)), f"{name}: epochs {numbers}")
    _hold(_story_of(told, found), f"{name}: its events are {[e.type for e in told]}")
    reported = [row for e in told if e.type == "run.epochs" for row in e.data["epochs"]]
    stored = [epoch.model_dump() for epoch in found.epochs]
    _hold(reported == stored, f"{name}: {len(reported)} epochs told, {len(stored)} stored")
    if found.status == "succeeded":
        kinds = sorted(file.kind for file in found.artefacts)
        _hold(kinds == ["keras", "onnx", "record", "weights"], f"{name} has the files {kinds}")


def _story_of(told: list[Event], found: RunMetrics) -> bool:
    """Tell whether a run's events are attempts one after the other, none in between another's."""
    attempt, running, ended = 0, False, False
    for event_ in told:
        if ended:
            return False
        if event_.type == "run.running":
            if running or event_.data["attempt"] != attempt + 1:
                return False
            attempt, running = attempt + 1, True
        elif event_.type == "run.epochs" and not running:
            return False
        elif event_.type == "run.requeued":
            running = False
        elif event_.type in {"run.succeeded", "run.failed"}:
            ended = True
    return attempt == found.attempt and ended == (found.status != "cancelled")


def _same(found: RunMetrics, twin: RunMetrics) -> None:
    def comparable(run_: RunMetrics) -> dict[str, object]:
        return {
            "seed": run_.seed,
            "epochs": [row.model_dump(exclude=UNRECORDED) for row in run_.epochs],
            "final": run_.final,
            "verdict": run_.verdict and run_.verdict.model_dump(),
            "weights": [file.sha256 for file in run_.artefacts if file.kind == "weights"],
        }

    ours, theirs = comparable(found), comparable(twin)
    unlike = [name for name in ours if ours[name] != theirs[name]]
    rows = zip(found.epochs, twin.epochs, strict=False)
    apart = [
        f"epoch {one.epoch}: {name} {getattr(one, name)} and {getattr(other, name)}"
        for one, other in rows
        for name in sorted(type(one).model_fields.keys() - UNRECORDED)
        if getattr(one, name) != getattr(other, name)
    ]
    _hold(
        not unlike,
        f"run {found.run_id} differs from its undisturbed twin in {unlike}: {apart[:3]}, "
        f"{len(apart)} figures in all",
    )


def _attempts_apart(house: House) -> None:
    """No attempt wrote for a run that another one had; asked of a trigger in the database."""
    if house.settings.database_url is not None:
        return
    with sqlite3.connect(house.data / "fitserve.sqlite3", timeout=30) as database:
        rows = database.execute("SELECT run_id, attempt, path FROM chaos_write ORDER BY rowid")
        writes: dict[str, list[int]] = {}
        for run_id, attempt, path in rows:
            if path is None:
                continue
            _hold(int(path.split("/")[2]) == attempt, f"{path} written while {attempt} had the run")
            writes.setdefault(run_id, []).append(attempt)
    database.close()
    for run_id, attempts in writes.items():
        steps = [later - earlier for earlier, later in pairwise(attempts)]
        _hold(all(step >= 0 for step in steps), f"run {run_id}: writes of attempts {attempts}")


def _stream(house: House, checked: Checked) -> None:
    """What the follower saw: every event once, in order, across all its connections."""
    with house.store.database.reading() as connection:
        stored = list(connection.scalars(select(event.c.id).order_by(event.c.id)))
    last = stored[-1] if stored else 0
    until(lambda: not last or (house.follower.seen or [0])[-1] >= last, 60)
    seen = [number for number in house.follower.seen if number <= last]
    _hold(seen == sorted(set(seen)), "the stream repeats events or mixes their order")
    missed = set(stored) - set(seen)
    _hold(not missed, f"the stream missed {len(missed)} of {len(stored)} events")
    checked.events = len(stored)


def _files(house: House, posted: list[str], checked: Checked) -> None:
    """Every stored file is there, as the store knows it; what a dead worker left is collected."""
    root = house.settings.artefacts
    left = list(garbage(house.store, root))
    remove_garbage(left, root)
    checked.garbage = len(left)
    query = (
        select(artefact.c.path, artefact.c.sha256, run.c.attempt)
        .join(run, run.c.id == artefact.c.run_id)
        .where(run.c.experiment_id.in_(posted))
    )
    with house.store.database.reading() as connection:
        rows = connection.execute(query).all()
    for path, sha256, attempt in rows:
        content = (root / path).read_bytes()
        _hold(hashlib.sha256(content).hexdigest() == sha256, f"{path} is not what the store says")
        _hold(int(path.split("/")[2]) == attempt, f"{path} is not attempt {attempt}'s")
        checked.files += 1


def _hold(condition: bool, otherwise: str) -> None:
    if not condition:
        raise BrokenError(otherwise)
