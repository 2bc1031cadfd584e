"""This project's training program as a contender."""

import dataclasses
import sys
from functools import partial
from importlib.metadata import version

from benchmarks.training.contest import Candidates, Trainer, answer_turns
from benchmarks.training.problem import Problem
from benchmarks.training.problems import dataset, run_plan
from benchmarks.training.workloads import Workload
from fitserve_workers.training import ProgramCache, Training, configure_tensorflow


class FitserveProgram(Trainer):
    """A run as a worker trains it, in slices of a quarter of a second, gradient norms included."""

    def __init__(self, workload: Workload, rows: int) -> None:
        self._plan = run_plan(workload)
        self._dataset = dataset(workload, rows)
        self._programs = ProgramCache()

    def reset(self) -> None:
        """Begin the run anew, in a program that is compiled once."""
        self._training = Training(self._plan, self._dataset, self._programs)

    def train(self) -> float:
        """Train all epochs."""
        return trained(self._training)


def trained(training: Training) -> float:
    """Train a run to its end; return the mean loss of its last epoch."""
    while not training.finished:
        training.advance()
    assert training.last is not None
    assert training.last.loss is not None
    return training.last.loss


def candidates(problem: Problem) -> Candidates:
    """Return the program, or the same without dropout."""
    workload, rows = problem.workload, len(problem.inputs)
    if sys.argv[1] == "without-dropout":
        workload = dataclasses.replace(workload, dropout=0.0)
    return {"as a worker runs it": partial(FitserveProgram, workload, rows)}


if __name__ == "__main__":
    configure_tensorflow()
    answer_turns(f"fitserve {version('fitserve')}", candidates)
