"""JAX: all epochs in one jitted program, a scan over steps, its arguments donated."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.training.contest import Candidates, Trainer, answer_turns
from benchmarks.training.problem import Problem

ADAM_BETAS = 0.9, 0.999
ADAM_EPSILON = 1e-7
NORMALIZATION_EPSILON = 1e-3
MOVING_MOMENTUM = 0.99
DEFAULT = {"threefry2x32": ""}


class JaxScan(Trainer):
    """The scan with one way to unroll it and to draw numbers."""

    def __init__(self, problem: Problem, unroll: int, numbers: str) -> None:
        self._workload = problem.workload
        self._classes = problem.classes
        self._unroll = unroll
        self._data = jnp.asarray(problem.inputs), jnp.asarray(problem.targets)
        self._orders = jnp.asarray(problem.orders)
        self._weights = problem.weights
        self._key = jax.random.key(1, impl=numbers)
        self._run = jax.jit(self._epochs, donate_argnums=0)

    def reset(self) -> None:
        """Return to the initial weights."""
        self._state = jax.block_until_ready(self._initial())

    def train(self) -> float:
        """Train all epochs with one call."""
        _, losses = self._run(self._state, self._data, self._orders, self._key)
        return float(losses[-1])

    def _initial(self) -> dict[str, Any]:
        layers = [jnp.array(part) for part in self._weights]
        normal = [
            (jnp.ones(units), jnp.zeros(units))
            for units in self._workload.hidden
            if self._workload.normalized
        ]
        moving = [(jnp.zeros_like(offset), jnp.ones_like(slope)) for slope, offset in normal]
        trained = {"layers": layers, "normal": normal}
        moments = (
            [jax.tree.map(jnp.zeros_like, trained) for _ in range(2)]
            if self._workload.optimizer == "adam"
            else []
        )
        return {"trained": trained, "moving": moving, "moments": moments, "step": jnp.int32(0)}

    def _epochs(self, state: Any, data: Any, orders: Any, key: Any) -> Any:
        size = self._workload.batch_size
        full = orders.shape[1] // size

        def epoch(state: Any, order: Any) -> Any:
            def step(carry: Any, places: Any) -> Any:
                state, loss, right = carry
                state, more_loss, more_right = self._step(state, data, places, key)
                return (state, loss + more_loss, right + more_right), None

            carry = state, jnp.float32(0), jnp.int32(0)
            places = order[: full * size].reshape(full, size)
            carry, _ = jax.lax.scan(step, carry, places, unroll=min(self._unroll, full))
            if full * size < len(order):
                carry, _ = step(carry, order[full * size :])
            state, loss, _ = carry
            return state, loss / len(order)

        return jax.lax.scan(epoch, state, orders)

    def _step(self, state: Any, data: Any, places: Any, key: Any) -> Any:
        inputs, targets = (part[places] for part in data)
        key = jax.random.fold_in(key, state["step"]) if self._workload.dropout else key
        forward = partial(self._loss, state["moving"], inputs, targets, key)
        (_, (loss, right, moving)), gradients = jax.value_and_grad(forward, has_aux=True)(
            state["trained"]
        )
        step = state["step"] + 1
        trained, moments = self._updated(state["trained"], gradients, state["moments"], step)
        after = {"trained": trained, "moving": moving, "moments": moments, "step": step}
        return after, loss, right

    def _loss(self, moving: Any, values: Any, targets: Any, key: Any, trained: Any) -> Any:
        workload = self._workload
        activation: Callable[[Any], Any] = getattr(jax.nn, workload.activation)
        layers, after = trained["layers"], []
        for place in range(len(workload.hidden)):
            values = activation(values @ layers[2 * place] + layers[2 * place + 1])
            if workload.dropout:
                kept = jax.random.uniform(key, values.shape) >= workload.dropout
                values = jnp.where(kept, values / (1 - workload.dropout), 0)
            if workload.normalized:
                values, moved = _normalized(values, trained["normal"][place], moving[place])
                after.append(moved)
        values = values @ layers[-2] + layers[-1]
        if self._classes:
            logs = jax.nn.log_softmax(values)
            losses = -jnp.take_along_axis(logs, targets[:, None], 1)[:, 0]
            right = jnp.sum(jnp.argmax(values, 1) == targets)
        else:
            losses, right = jnp.mean((values - targets) ** 2, 1), jnp.int32(0)
        return jnp.mean(losses), (jnp.sum(losses), right, after)

    def _updated(self, trained: Any, gradients: Any, moments: Any, step: Any) -> Any:
        rate = self._workload.learning_rate
        if not moments:
            return jax.tree.map(lambda w, g: w - rate * g, trained, gradients), moments
        first, second = ADAM_BETAS
        scale = rate * jnp.sqrt(1 - second**step) / (1 - first**step)
        means = jax.tree.map(lambda m, g: m + (1 - first) * (g - m), moments[0], gradients)
        squares = jax.tree.map(lambda v, g: v + (1 - second) * (g * g - v), moments[1], gradients)
        moved = jax.tree.map(
            lambda w, m, v: w - scale * m / (jnp.sqrt(v) + ADAM_EPSILON), trained, means, squares
        )
        return moved, [means, squares]


def _normalized(values: Any, slope_offset: Any, moving: Any) -> Any:
    slope, offset = slope_offset
    mean, variance = jnp.mean(values, 0), jnp.var(values, 0)
    moved = tuple(
        MOVING_MOMENTUM * before + (1 - MOVING_MOMENTUM) * now
        for before, now in zip(moving, (mean, variance), strict=True)
    )
    width = jax.lax.rsqrt(variance + NORMALIZATION_EPSILON)
    return (values - mean) * (slope * width) + offset, moved


def candidates(problem: Problem) -> Candidates:
    """Return scans that unroll differently and, for dropout, draw differently."""
    generators = {"threefry2x32": "", "rbg": ", rbg"} if problem.workload.dropout else DEFAULT
    return {
        f"one jitted call, donated, unroll={unroll}{words}": partial(
            JaxScan, problem, unroll, numbers
        )
        for unroll in (1, 4)
        for numbers, words in generators.items()
    }


if __name__ == "__main__":
    answer_turns(f"JAX {jax.__version__}", candidates)
