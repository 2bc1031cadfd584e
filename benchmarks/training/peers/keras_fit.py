"""Keras `fit`: as it comes, or with its best settings."""

import itertools
import sys
from functools import partial

import keras
import numpy as np
import tensorflow as tf

from benchmarks.training.contest import Candidates, Trainer, answer_turns
from benchmarks.training.problem import Problem

STEPS_PER_EXECUTION = (50, 500)


class KerasFit(Trainer):
    """A model as `fit` trains it.

    Args:
        problem: what to train.
        ordered: whether the rows come as the problem orders them, or as `fit` shuffles several
            epochs.
        metrics: what `fit` reports beside the loss.
        settings: of `compile`.
    """

    def __init__(
        self, problem: Problem, *, ordered: bool, metrics: list[str], **settings: object
    ) -> None:
        self._problem = problem
        self._model = perceptron(problem)
        self._model.compile(
            optimizer=keras.optimizers.get(
                {
                    "class_name": problem.workload.optimizer,
                    "config": {"learning_rate": problem.workload.learning_rate},
                }
            ),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            if problem.classes
            else "mse",
            metrics=metrics,
            **settings,
        )
        self._model.optimizer.build(self._model.trainable_variables)
        self._variables = [*self._model.variables, *self._model.optimizer.variables]
        self._initial = [np.asarray(variable) for variable in self._variables]
        self._epochs = len(problem.orders)
        self._shuffled = self._epochs > 1 and not ordered
        self._rows = problem.inputs, problem.targets
        if self._epochs == 1:
            self._rows = tuple(part[problem.orders[0]] for part in self._rows)

    def reset(self) -> None:
        """Return to the initial weights."""
        for variable, initial in zip(self._variables, self._initial, strict=True):
            variable.assign(initial)

    def train(self) -> float:
        """Train all epochs with one call of `fit`."""
        if self._epochs == 1 or self._shuffled:
            inputs, targets = self._rows
            history = self._model.fit(
                inputs,
                targets,
                batch_size=self._problem.workload.batch_size,
                epochs=self._epochs,
                shuffle=self._shuffled,
                verbose=0,
            )
        else:
            steps = self._problem.steps // self._epochs
            history = self._model.fit(
                self._in_order(), epochs=self._epochs, steps_per_epoch=steps, verbose=0
            )
        return float(history.history["loss"][-1])

    def _in_order(self) -> tf.data.Dataset:
        inputs, targets = map(tf.constant, self._rows)
        size = self._problem.workload.batch_size
        return (
            tf.data.Dataset.from_tensor_slices(self._problem.orders)
            .flat_map(lambda order: tf.data.Dataset.from_tensor_slices(order).batch(size))
            .map(lambda places: (tf.gather(inputs, places), tf.gather(targets, places)))
            .prefetch(tf.data.AUTOTUNE)
        )


def perceptron(problem: Problem) -> keras.Model:
    """Return the network with the initial weights."""
    workload = problem.workload
    layers: list[keras.layers.Layer] = [keras.Input((problem.inputs.shape[1],))]
    for units in workload.hidden:
        layers.append(keras.layers.Dense(units, workload.activation))
        if workload.dropout:
            layers.append(keras.layers.Dropout(workload.dropout, seed=1))
        if workload.normalized:
            layers.append(keras.layers.BatchNormalization())
    layers.append(keras.layers.Dense(problem.weights[-1].size))
    model = keras.Sequential(layers)
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    for layer, weights in zip(dense, problem.layers, strict=True):
        layer.set_weights(weights)
    return model


def as_it_comes(problem: Problem) -> Candidates:
    """Return `fit` with nothing set, reporting what this project reports."""
    metrics = ["accuracy"] if problem.classes else []
    return {
        "arrays in memory, no callbacks, nothing set": partial(
            KerasFit, problem, ordered=False, metrics=metrics
        )
    }


def best_settings(problem: Problem) -> Candidates:
    """Return `fit` with each setting that is tried, reporting the loss alone."""
    steps = problem.steps // len(problem.orders)
    several = sorted({min(number, steps) for number in STEPS_PER_EXECUTION})
    return {
        f"steps_per_execution={number}, jit_compile={jit}": partial(
            KerasFit,
            problem,
            ordered=True,
            metrics=[],
            steps_per_execution=number,
            jit_compile=jit,
        )
        for number, jit in itertools.product(several, (False, True))
    }


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    answer_turns(
        f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
        {"as-it-comes": as_it_comes, "best": best_settings}[sys.argv[1]],
    )
