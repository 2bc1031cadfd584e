"""A slot of `stacked`: some runs of a workload, one after the other or in one program."""

import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.shared.processes import answer
from benchmarks.training.fitserve_program import trained
from benchmarks.training.problems import dataset, run_plan
from benchmarks.training.workloads import WORKLOADS, Workload
from fitserve_core.seeds import run_seed
from fitserve_core.spec import RunPlan
from fitserve_workers.training import ProgramCache, Training, configure_tensorflow
from fitserve_workers.training.orders import epoch_order
from fitserve_workers.training.program import Program
from fitserve_workers.training.shape import Shape

EPSILON, BETA_1, BETA_2 = 1e-7, 0.9, 0.999


class Apart:
    """Runs as a worker trains them."""

    def __init__(self, workload: Workload, plans: list[RunPlan], _: str) -> None:
        self._plans = plans
        self._dataset = dataset(workload, workload.rows)
        self._programs = ProgramCache()

    def train(self) -> list[float]:
        """Train all runs; return the mean loss of each over its last epoch."""
        return [trained(Training(p, self._dataset, self._programs)) for p in self._plans]


class Stacked:
    """Runs in one program: all of its weights have a leading axis over runs."""

    def __init__(self, workload: Workload, plans: list[RunPlan], product: str) -> None:
        rows = dataset(workload, workload.rows)
        self._workload = workload
        self._product = {"matmul": tf.matmul, "sums": _sums}[product]
        self._data = tuple(map(tf.constant, (rows.train.inputs, rows.train.targets)))
        self._classes = rows.train.targets.ndim == 1
        count = len(rows.train)
        self._orders = tf.constant(
            np.stack(
                [
                    np.stack([epoch_order(plan.seed, n, count) for plan in plans], 1)
                    for n in range(workload.epochs)
                ]
            )
        )
        program = Program(Shape.of(plans[0], rows))
        self._initial = [_weights(program, plan) for plan in plans]
        self._variables = [tf.Variable(np.stack(each)) for each in zip(*self._initial, strict=True)]
        self._adam = workload.optimizer == "adam"
        self._moments = [
            [tf.Variable(tf.zeros_like(each)) for each in self._variables * self._adam]
            for _ in range(2)
        ]
        self._epochs = tf.function(self._traced, jit_compile=True)

    def train(self) -> list[float]:
        """Train all runs at once; return the mean loss of each over its last epoch."""
        for variable, initial in zip(
            self._variables, zip(*self._initial, strict=True), strict=True
        ):
            variable.assign(np.stack(initial))
        for variable in [*self._moments[0], *self._moments[1]]:
            variable.assign(tf.zeros_like(variable))
        return [float(loss) for loss in self._epochs(*self._data, self._orders)]

    def _traced(self, inputs: Any, targets: Any, orders: Any) -> Any:
        epochs, rows, runs = orders.shape
        size = self._workload.batch_size
        sums = tf.zeros(runs, tf.float64)
        epoch, done = tf.constant(0), tf.constant(0)
        while epoch < epochs:
            sums = tf.zeros(runs, tf.float64)
            start = tf.constant(0)
            while start < rows - rows % size:
                places = tf.slice(orders, [epoch, start, 0], [1, size, runs])[0]
                sums += self._step(inputs, targets, places, done)
                start += size
                done += 1
            if rows % size:
                short = tf.slice(orders, [epoch, rows - rows % size, 0], [1, rows % size, runs])[0]
                sums += self._step(inputs, targets, short, done)
                done += 1
            epoch += 1
        return sums / rows

    def _step(self, inputs: Any, targets: Any, places: Any, done: Any) -> Any:
        places = tf.transpose(places)
        rows, wanted = tf.gather(inputs, places), tf.gather(targets, places)
        with tf.GradientTape() as tape:
            values = rows
            *hidden, output = zip(self._variables[::2], self._variables[1::2], strict=True)
            for kernel, bias in hidden:
                values = tf.nn.relu(self._product(values, kernel) + bias[:, None])
            values = self._product(values, output[0]) + output[1][:, None]
            losses = (
                tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, values)
                if self._classes
                else tf.reduce_mean(tf.square(values - wanted), -1)
            )
            loss = tf.reduce_sum(losses) / places.shape[1]
        gradients = tape.gradient(loss, self._variables)
        self._update(gradients, tf.cast(done + 1, tf.float32))
        return tf.reduce_sum(tf.cast(losses, tf.float64), 1)

    def _update(self, gradients: list[Any], step: Any) -> None:
        rate = self._workload.learning_rate
        if not self._adam:
            for variable, gradient in zip(self._variables, gradients, strict=True):
                variable.assign_sub(rate * gradient)
            return
        rate = rate * tf.sqrt(1 - BETA_2**step) / (1 - BETA_1**step)
        for variable, gradient, first, second in zip(
            self._variables, gradients, *self._moments, strict=True
        ):
            first.assign_add((gradient - first) * (1 - BETA_1))
            second.assign_add((tf.square(gradient) - second) * (1 - BETA_2))
            variable.assign_sub(rate * first / (tf.sqrt(second) + EPSILON))


def _sums(values: Any, kernel: Any) -> Any:
    return tf.reduce_sum(values[..., None] * kernel[:, None], 2)


def _weights(program: Program, plan: RunPlan) -> list[np.ndarray]:
    program.let(plan)
    return [np.asarray(weights) for weights in program.model.trainable_variables]


class Slot:
    """The quickest way of a mode to train the runs that it is asked for."""

    def __init__(self, question: dict[str, Any]) -> None:
        workload = WORKLOADS[question["workload"]]
        compared = replace(workload, epochs=workload.compared_epochs)
        seeds = [run_seed(0, 0, question["first"] + place) for place in range(question["runs"])]
        kind = Stacked if sys.argv[1] == "stacked" else Apart
        self.seconds = float("inf")
        for setting in ["as a worker runs it"] if kind is Apart else ["matmul", "sums"]:
            trained = kind(workload, _plans(workload, seeds), setting)
            first, usual = _timed(trained), _timed(trained)
            if usual < self.seconds:
                self.seconds, self._trained = usual, trained
                self.setting, self.compile_seconds = setting, first - usual
        self.losses = kind(compared, _plans(compared, seeds), self.setting).train()

    def turn(self) -> float:
        """Return the seconds that the runs take."""
        return _timed(self._trained)


def _plans(workload: Workload, seeds: list[int]) -> list[RunPlan]:
    plan = run_plan(workload)
    return [plan.model_copy(update={"seed": seed}) for seed in seeds]


def _timed(trained: Apart | Stacked) -> float:
    began = time.perf_counter()
    trained.train()
    return time.perf_counter() - began


def main() -> None:
    """Answer: get ready at the first question, take a turn at others."""
    configure_tensorflow()
    ready: list[Slot] = []

    def reply(question: dict[str, Any]) -> dict[str, Any]:
        if ready:
            return {"seconds": ready[0].turn()}
        ready.append(Slot(question))
        return {name: getattr(ready[0], name) for name in ("losses", "setting", "compile_seconds")}

    answer(reply)


if __name__ == "__main__":
    main()
