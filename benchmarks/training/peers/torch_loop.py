"""PyTorch: a loop over mini-batches, eager or compiled."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import nn

from benchmarks.training.contest import Candidates, Trainer, answer_turns
from benchmarks.training.problem import Problem

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}
ADAM_EPSILON = 1e-7
Step = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class TorchLoop(Trainer):
    """The loop over a step that updates the weights and returns the mean loss.

    Args:
        problem: what to train.
        make_step: returns the step of a network.
    """

    def __init__(
        self, problem: Problem, make_step: Callable[[nn.Module, Problem, Any], Step]
    ) -> None:
        self._problem = problem
        self._inputs = torch.from_numpy(problem.inputs)
        targets = torch.from_numpy(problem.targets)
        self._targets = targets.long() if problem.classes else targets
        self._orders = torch.from_numpy(problem.orders).long()
        self._model = perceptron(problem)
        self._initial = {name: part.clone() for name, part in self._model.state_dict().items()}
        self._optimizer = _optimizer(problem, self._model, fused=make_step is not eager)
        self._step = make_step(self._model, problem, self._optimizer)

    def reset(self) -> None:
        """Return to the initial weights."""
        self._model.load_state_dict(self._initial)
        for state in self._optimizer.state.values():
            for value in state.values():
                if value is not None:
                    value.zero_()

    def train(self) -> float:
        """Train all epochs."""
        size = self._problem.workload.batch_size
        for order in self._orders:
            loss = torch.zeros(())
            for places in order.split(size):
                step_loss = self._step(self._inputs[places], self._targets[places])
                loss += step_loss * len(places)
        return float(loss) / len(self._orders[0])


def perceptron(problem: Problem) -> nn.Module:
    """Return the network with the initial weights."""
    workload = problem.workload
    layers: list[nn.Module] = []
    for kernel, bias in problem.layers:
        dense = nn.Linear(*kernel.shape)
        with torch.no_grad():
            dense.weight.copy_(torch.from_numpy(kernel.T))
            dense.bias.copy_(torch.from_numpy(bias))
        layers.append(dense)
        if kernel is not problem.layers[-1][0]:
            layers.append(ACTIVATIONS[workload.activation]())
            if workload.dropout:
                layers.append(nn.Dropout(workload.dropout))
            if workload.normalized:
                layers.append(nn.BatchNorm1d(kernel.shape[1], eps=1e-3, momentum=0.01))
    return nn.Sequential(*layers)


def eager(model: nn.Module, problem: Problem, optimizer: Any) -> Step:
    """Return the step as tutorials write it."""
    return _step(_loss(model, problem), optimizer)


def eager_fused(model: nn.Module, problem: Problem, optimizer: Any) -> Step:
    """Return the same with the optimizer's fused update."""
    return _step(_loss(model, problem), optimizer)


def compiled_loss(model: nn.Module, problem: Problem, optimizer: Any) -> Step:
    """Return a step whose loss and gradients are compiled; the optimizer's update is fused."""
    return _step(torch.compile(_loss(model, problem), dynamic=False), optimizer)


def compiled_step(model: nn.Module, problem: Problem, _: Any) -> Step:
    """Return a step of plain SGD that is compiled whole, gradients by `torch.func`."""
    parameters = dict(model.named_parameters())
    rate = problem.workload.learning_rate
    judge = nn.CrossEntropyLoss()

    def loss_of(values: dict[str, torch.Tensor], inputs: Any, targets: Any) -> torch.Tensor:
        return judge(torch.func.functional_call(model, values, (inputs,)), targets)

    def step(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            gradients, loss = torch.func.grad_and_value(loss_of)(parameters, inputs, targets)
            for name, parameter in parameters.items():
                parameter.sub_(rate * gradients[name])
        return loss

    compiled: Step = torch.compile(step, dynamic=False)
    return compiled


def _loss(model: nn.Module, problem: Problem) -> Step:
    judge = nn.CrossEntropyLoss() if problem.classes else nn.MSELoss()
    return lambda inputs, targets: judge(model(inputs), targets)


def _step(loss_of: Step, optimizer: Any) -> Step:
    def step(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad()
        loss = loss_of(inputs, targets)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def _optimizer(problem: Problem, model: nn.Module, *, fused: bool) -> torch.optim.Optimizer:
    rate = problem.workload.learning_rate
    if problem.workload.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), rate, eps=ADAM_EPSILON, fused=fused)
    return torch.optim.SGD(model.parameters(), rate, fused=fused)


def eager_candidates(problem: Problem) -> Candidates:
    """Return the eager loop with each kind of optimizer."""
    return {
        "eager, optimizer as it comes": partial(TorchLoop, problem, eager),
        "eager, fused optimizer": partial(TorchLoop, problem, eager_fused),
    }


def compiled_candidates(problem: Problem) -> Candidates:
    """Return the ways to compile it."""
    found: Candidates = {
        "torch.compile of network and loss, fused optimizer": partial(
            TorchLoop, problem, compiled_loss
        )
    }
    if problem.workload.optimizer == "sgd" and not problem.workload.normalized:
        found["torch.compile of the whole step"] = partial(TorchLoop, problem, compiled_step)
    return found


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    answer_turns(
        f"PyTorch {torch.__version__}",
        {"eager": eager_candidates, "compiled": compiled_candidates}[sys.argv[1]],
    )
