"""Updates of large kernels, a row at a time.

XLA gives each array that changes a loop of its own, and works out anew in each what they share. One
loop over rows finds in the cache what the loops before it would read from memory.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf
from tensorflow.compiler.tf2xla.python.xla import dynamic_slice, dynamic_update_slice

# At 784 x 100 numbers Adam takes 0.87 of the time, at 784 x 1,000 0.81.
SMALLEST_SIZE = 64 * 1024


def goes_by_rows(variable: Any) -> bool:
    """Whether a variable is large enough, on a device that takes short turns quickly."""
    return (
        len(variable.shape) == 2
        and math.prod(variable.shape) >= SMALLEST_SIZE
        and not tf.config.get_visible_devices("GPU")
    )


def descend_by_rows(
    variable: Any,
    gradient: Any,
    moments: Sequence[Any],
    next_moments: Callable[..., Sequence[Any]],
    change: Callable[..., Any],
) -> None:
    """Update a kernel and what is kept beside it of gradients before.

    Args:
        variable: the kernel, (rows, units).
        gradient: its gradient.
        moments: variables of its shape.
        next_moments: of a row of the gradient and of each moment: what the moments become.
        change: of a row of each new moment: what is subtracted from the kernel.
    """
    rows, units = variable.shape

    def of(array: Any, row: Any) -> Any:
        return dynamic_slice(array, [row, 0], [1, units])

    def turn(row: Any, weights: Any, *before: Any) -> tuple[Any, ...]:
        after = next_moments(of(gradient, row), *(of(array, row) for array in before))
        kept = [
            dynamic_update_slice(array, its, [row, 0])
            for array, its in zip(before, after, strict=True)
        ]
        # The same row again, which XLA does not see: else it works the new moments out a second
        # time, from the old ones, and copies these whole at each turn to have them still.
        again = tf.minimum(row, rows - 1)
        changed = of(weights, row) - change(*(of(array, again) for array in kept))
        return row + 1, dynamic_update_slice(weights, changed, [row, 0]), *kept

    state = [tf.convert_to_tensor(each) for each in (variable, *moments)]
    _, *after = tf.while_loop(lambda row, *_: row < rows, turn, [tf.constant(0), *state])
    for each, value in zip((variable, *moments), after, strict=True):
        each.assign(value)
