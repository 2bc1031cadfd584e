"""This project's service as a contender: from posting a spec until its experiment has ended."""

from functools import partial
from importlib.metadata import version

from scripts.trial import trial

from benchmarks.training.contest import Candidates, Trainer, answer_turns
from benchmarks.training.problem import Problem
from benchmarks.training.problems import spec
from fitserve import Client


class FitserveService(Trainer):
    """A run posted to a service whose worker is warm."""

    def __init__(self, client: Client, problem: Problem) -> None:
        self._experiments = client.experiments
        self._spec = spec(problem.workload)

    def reset(self) -> None:
        """Do nothing: each turn posts an experiment of its own."""

    def train(self) -> float:
        """Post the spec, wait, and read the figures."""
        posted = self._experiments.create(self._spec)
        ended = self._experiments.wait(posted.id, progress=False)
        run = self._experiments.metrics(ended.id).runs[0]
        loss = run.epochs[-1].loss
        assert loss is not None
        return loss


if __name__ == "__main__":
    with trial() as stack, Client(stack.url) as client:

        def candidates(problem: Problem) -> Candidates:
            """Return the service as it comes, all of it on one core."""
            words = "API, broker, store and a warm worker, ONNX file included"
            return {words: partial(FitserveService, client, problem)}

        answer_turns(f"fitserve {version('fitserve')}", candidates)
