"""The regularizer's penalty as a running sum that costs a training step little."""

from typing import Any

import keras
import tensorflow as tf


def penalty_parts(model: keras.Model) -> Any:
    """Return parts that add up to the penalty, float32, (units of all penalised layers,).

    A unit's part is that of its bias and of its column of the kernel. XLA sums columns side by
    side, in the processor's vectors; a sum of everything goes number by number, and on a CPU
    (TensorFlow 2.21) takes longer than the rest of a step. So steps add up parts, and the parts are
    summed at the end of an epoch.
    """
    layers = [layer for layer in model.layers if getattr(layer, "kernel_regularizer", None)]
    parts = [
        tf.reduce_sum(_of_each(layer.kernel_regularizer, layer.kernel), axis=0)
        + _of_each(layer.bias_regularizer, layer.bias)
        for layer in layers
    ]
    return tf.concat(parts, 0) if parts else tf.zeros(0)


def _of_each(penalty: keras.regularizers.L1L2, weights: Any) -> Any:
    terms = [
        float(coefficient) * term(weights)
        for coefficient, term in ((penalty.l1, tf.abs), (penalty.l2, tf.square))
        if coefficient
    ]
    return tf.add_n(terms)
