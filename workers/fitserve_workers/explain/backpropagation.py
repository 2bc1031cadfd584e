"""One training step of a given network, with everything in between kept."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fitserve_core.explaining import (
    Backpropagation,
    BackpropagationRequest,
    Factor,
    LayerExplained,
    Shown,
)
from fitserve_core.spec import ConstantRate, Sgd
from fitserve_workers.explain.losses import LOSSES
from fitserve_workers.training.optimizers import build_optimizer
from fitserve_workers.training.schedules import LearningRate
from fitserve_workers.training.step import Present, dense_layers, minimised


class Tapped(keras.layers.Activation):  # type: ignore[misc]
    """An activation that keeps what came in and what went out."""

    def call(self, inputs: Any) -> Any:
        """Return the activation of `inputs`."""
        self.z = tf.identity(inputs)
        self.a = super().call(self.z)
        return self.a


def explain(request: BackpropagationRequest) -> Backpropagation:
    """Return one step of gradient descent by what trains networks, in double precision."""
    with _double_precision():
        return _explained(request)


def _explained(request: BackpropagationRequest) -> Backpropagation:
    model = _model(request)
    task = LOSSES[request.loss]
    batch = tf.constant(request.inputs, tf.float64), tf.constant(request.targets, tf.float64)
    whole = Present(None, len(request.inputs))
    rate = LearningRate(ConstantRate(name="constant"))
    optimizer = build_optimizer(Sgd(name="sgd"), rate)
    optimizer.build(model.trainable_variables)
    rate.start(optimizer, request.learning_rate)
    taps = [layer for layer in model.layers if isinstance(layer, Tapped)]
    with tf.GradientTape(persistent=True) as tape:
        figures, loss = minimised(model, task, batch, whole)
        of_rows = tf.reduce_sum(figures[0])
    forward = [(tap.z, tap.a) for tap in taps]
    deltas = tape.gradient(of_rows, [z for z, _ in forward])
    factors = _factors(model, tape, forward, loss) if _is_chain(request) else None
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    _, updated_loss = minimised(model, task, batch, whole)
    layers = zip(dense_layers(model), forward, deltas, gradients[::2], gradients[1::2], strict=True)
    return Backpropagation(
        outputs=_shown(forward[-1][1]),
        loss=_finite(float(loss)),
        updated_loss=_finite(float(updated_loss)),
        layers=[
            LayerExplained(
                name=layer.name,
                z=_shown(z),
                a=_shown(a),
                deltas=_shown(delta),
                weight_gradients=_shown(tf.transpose(of_kernel)),
                bias_gradients=_list(of_bias),
                updated_weights=_shown(tf.transpose(layer.kernel)),
                updated_biases=_list(layer.bias),
            )
            for layer, (z, a), delta, of_kernel, of_bias in layers
        ],
        first_bias_factors=factors,
    )


def _model(request: BackpropagationRequest) -> keras.Sequential:
    hidden = len(request.layers) - 1
    names = [*(f"hidden_{index}" for index in range(1, hidden + 1)), "output"]
    activations = [*[request.activation] * hidden, request.output_activation]
    model = keras.Sequential([keras.Input((len(request.inputs[0]),))])
    for given, name, activation in zip(request.layers, names, activations, strict=True):
        dense = keras.layers.Dense(len(given.biases), name=name)
        model.add(dense)
        model.add(Tapped(activation, name=f"{name}_activation"))
        dense.kernel.assign(np.transpose(given.weights))
        dense.bias.assign(given.biases)
    return model


def _is_chain(request: BackpropagationRequest) -> bool:
    one_unit = all(len(layer.biases) == 1 for layer in request.layers)
    return one_unit and len(request.inputs) == 1


def _factors(
    model: keras.Model, tape: Any, forward: list[tuple[Any, Any]], loss: Any
) -> list[Factor]:
    """Return σ′(z1), w2, σ′(z2), …, ∂C/∂a of the last: their product is ∂C/∂b1."""
    factors = []
    for place, (layer, (z, a)) in enumerate(zip(dense_layers(model), forward, strict=True), 1):
        if place > 1:
            factors.append(Factor(name=f"w{place}", value=_number(layer.kernel)))
        factors.append(Factor(name=f"σ′(z{place})", value=_number(tape.gradient(a, z))))
    last = tape.gradient(loss, forward[-1][1])
    return [*factors, Factor(name=f"∂C/∂a{len(forward)}", value=_number(last))]


@contextmanager
def _double_precision() -> Iterator[None]:
    # Layers go by the policy, which Keras derives from floatx once; variables go by floatx itself.
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)


def _shown(rows: Any) -> Shown:
    return [_list(row) for row in np.asarray(rows)]


def _list(values: Any) -> list[float | None]:
    return [_finite(float(value)) for value in np.asarray(values)]


def _number(value: Any) -> float | None:
    return _finite(float(np.asarray(value).item()))


def _finite(value: float) -> float | None:
    # A zero that came of a negative factor is zero to whoever reads it.
    return value + 0.0 if math.isfinite(value) else None
