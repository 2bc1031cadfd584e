"""Updates of weights for which XLA copies nothing."""

from typing import Any

import tensorflow as tf

from fitserve_workers.training.rowwise import goes_by_rows


class InPlace:
    """Mixed into a Keras optimizer: nothing changes before the last of the gradients is there.

    XLA changes an array in place where it knows that whoever reads the old one has done so. A
    kernel's update does not depend on the product that passes the gradient on through it, so at
    every step XLA copied the kernels of all layers but the first.
    """

    def _backend_update_step(
        self, grads: list[Any], trainable_variables: list[Any], learning_rate: Any
    ) -> None:
        zero = _zero_after(next(each for each in grads if len(each.shape) == 1))
        # Moments wait by the gradient. Whoever goes by rows would have to store the sum first.
        late = [each if goes_by_rows(each) else each + tf.cast(zero, each.dtype) for each in grads]
        rate = learning_rate + zero
        super()._backend_update_step(late, trainable_variables, rate)  # type: ignore[misc]


def _zero_after(first_bias: Any) -> Any:
    """Return zero, of which XLA sees that it depends on a gradient but not that it is zero.

    That of the first bias: it is there when the gradient has been passed on through all layers.
    """
    bits = tf.bitcast(tf.cast(first_bias[0], tf.float32), tf.uint32)
    sign = tf.bitwise.right_shift(bits, tf.constant(31, tf.uint32))
    return tf.cast(tf.bitwise.right_shift(sign, tf.constant(1, tf.uint32)), tf.float32)
