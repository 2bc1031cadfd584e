"""Where an experiment stands, worked out from its events; nothing here prints."""

from dataclasses import dataclass, field
from typing import Any

from fitserve.figures import number
from fitserve_core.results import EpochFigures, Event, Experiment

MARKS = {"succeeded": "✓", "failed": "✗", "cancelled": "■"}
# The first one that a run reports is what it is watched by.
WATCHED = ("val_accuracy", "accuracy", "val_mse", "mse", "val_loss", "loss")


@dataclass
class RunView:
    """One run as a watcher sees it."""

    label: str
    epochs_total: int
    epochs_done: int = 0
    figures: EpochFigures | None = None

    @property
    def current(self) -> str:
        """The figure worth watching, as `val_accuracy 0.9712`."""
        for name in WATCHED:
            value = getattr(self.figures, name, None)
            if value is not None:
                return f"{name} {number(value)}"
        return ""


@dataclass
class Board:
    """Takes an experiment's events in order.

    Attributes:
        runs: every run that has begun, by its id.
        running: ids of those at work, in the order in which they began.
        ended: ids of those that have ended.
        trained: how many ended with that verdict.
        latest: the run whose figures came last.
        status: the experiment's.
    """

    experiment: Experiment
    runs: dict[str, RunView] = field(default_factory=dict)
    running: list[str] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    trained: int = 0
    latest: RunView | None = None
    status: str = "queued"

    @property
    def title(self) -> str:
        """The experiment's name, or its id."""
        return self.experiment.name or self.experiment.id

    @property
    def idle(self) -> bool:
        """Whether every run came to an end and none has trained."""
        return self.status == "succeeded" and self.trained == 0

    @property
    def mark(self) -> str:
        """A character for where it stands."""
        return "○" if self.idle else MARKS.get(self.status, "●")

    @property
    def ended_runs(self) -> str:
        """How many runs have ended, as `3/4 runs`."""
        none = ", none trained" if self.idle else ""
        return f"{len(self.ended)}/{self.runs_total} runs{none}"

    @property
    def runs_total(self) -> int:
        """Runs of the experiment."""
        return self.experiment.runs.total

    @property
    def epochs_total(self) -> int:
        """Epochs of all runs of the experiment."""
        return self.experiment.progress.epochs_total

    @property
    def epochs_done(self) -> int:
        """Epochs behind the experiment; a run that ended early has none left."""
        done = sum(
            run.epochs_total if run_id in self.ended else run.epochs_done
            for run_id, run in self.runs.items()
        )
        return min(done, self.epochs_total)

    def take(self, event: Event) -> str | None:
        """Take notice of an event; return a sentence if people should hear of it."""
        kind, _, what = event.type.partition(".")
        if kind == "experiment":
            self.status = what
            return None
        if kind != "run":
            return None
        run_id = event.data["run_id"]
        if what == "running":
            self._begin(run_id, event.data)
        elif what == "epochs":
            self._advance(run_id, event.data["epochs"])
        elif what in {"requeued", "succeeded", "failed"}:
            return self._leave(run_id, what, event.data)
        return None

    def _begin(self, run_id: str, data: dict[str, Any]) -> None:
        if run_id not in self.runs:
            label = " · ".join(filter(None, [_config(data["config"]), _place(data)]))
            self.runs[run_id] = RunView(label, data["epochs_total"])
        self.runs[run_id].epochs_done = data.get("epoch", 0)
        if run_id not in self.running:
            self.running.append(run_id)

    def _advance(self, run_id: str, epochs: list[dict[str, Any]]) -> None:
        run = self.runs.get(run_id)
        if run is None or not epochs:
            return
        run.figures = EpochFigures.model_validate(epochs[-1])
        run.epochs_done = run.figures.epoch
        self.latest = run

    def _leave(self, run_id: str, what: str, data: dict[str, Any]) -> str | None:
        if run_id in self.running:
            self.running.remove(run_id)
        if what != "requeued":
            self.ended.add(run_id)
        run = self.runs.get(run_id)
        label = run.label if run else run_id
        if what == "requeued":
            return f"{label}: goes back to the queue ({data['reason']})"
        if what == "failed":
            return f"{label}: failed ({data['error']})"
        verdict = data["verdict"]
        if verdict["name"] == "trained":
            self.trained += 1
            return None
        return f"{label}: {verdict['name'].replace('_', ' ')} ({verdict['reason']})"


def _place(data: dict[str, Any]) -> str:
    fold = data.get("fold")
    return f"run {data['repetition'] + 1}" + ("" if fold is None else f", fold {fold + 1}")


def _config(config: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in config.items())
