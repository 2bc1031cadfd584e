"""What a contender is: something that trains a problem, turn by turn."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.shared.processes import answer
from benchmarks.training.problem import Problem


class Trainer(ABC):
    """A way to train a problem."""

    @abstractmethod
    def reset(self) -> None:
        """Return to the initial weights; not timed."""

    @abstractmethod
    def train(self) -> float:
        """Train all epochs; return the mean loss over the rows of the last one."""

    def timed(self) -> tuple[float, float]:
        """Return the seconds of a turn, and its loss."""
        self.reset()
        began = time.perf_counter()
        loss = self.train()
        return time.perf_counter() - began, loss


# Trainers of a problem by what is set in each; the quickest of them takes the turns.
Candidates = dict[str, Callable[[], Trainer]]


class Chosen:
    """The quickest of several candidates.

    Attributes:
        trainer: it.
        setting: what is set in it, and what else was tried.
        loss: of its first turn.
        compile_seconds: what making it and its first turn took beyond a turn.
    """

    def __init__(self, candidates: Candidates) -> None:
        quickest = float("inf")
        for setting, make in candidates.items():
            began = time.perf_counter()
            trainer = make()
            loss = trainer.timed()[1]
            first = time.perf_counter() - began
            usual = trainer.timed()[0]
            if usual < quickest:
                quickest = usual
                self.trainer, self.setting, self.loss = trainer, setting, loss
                self.compile_seconds = first - usual
        others = [setting for setting in candidates if setting != self.setting]
        if others:
            self.setting += f" (slower: {'; '.join(others)})"


def answer_turns(version: str, candidates: Callable[[Problem], Candidates]) -> None:
    """Answer a contest's questions: get ready for a problem, or take a turn at it.

    Args:
        version: of what trains.
        candidates: returns the trainers of a problem.
    """
    ready: dict[str, Chosen] = {}

    def reply(question: dict[str, Any]) -> dict[str, Any]:
        folder = question["problem"]
        if folder in ready:
            seconds, loss = ready[folder].trainer.timed()
            return {"seconds": seconds, "loss": loss}
        ready.clear()
        problem = Problem.read(Path(folder))
        chosen = ready[folder] = Chosen(candidates(problem))
        return {
            "version": version,
            "setting": chosen.setting,
            "steps": problem.steps,
            "loss": chosen.loss,
            "compile_seconds": chosen.compile_seconds,
        }

    answer(reply)
