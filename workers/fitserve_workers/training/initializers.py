"""The Keras initializer of a spec's initializer, by name."""

from collections.abc import Callable
from typing import Any

import keras

from fitserve_core.spec import Initializer

INITIALIZERS: dict[str, Callable[..., keras.initializers.Initializer]] = {
    "glorot_uniform": keras.initializers.GlorotUniform,
    "glorot_normal": keras.initializers.GlorotNormal,
    "he_uniform": keras.initializers.HeUniform,
    "he_normal": keras.initializers.HeNormal,
    "lecun_uniform": keras.initializers.LecunUniform,
    "lecun_normal": keras.initializers.LecunNormal,
    "random_uniform": keras.initializers.RandomUniform,
    "random_normal": keras.initializers.RandomNormal,
}
FIXED: dict[str, Callable[..., keras.initializers.Initializer]] = {
    "zeros": keras.initializers.Zeros,
    "ones": keras.initializers.Ones,
    "constant": keras.initializers.Constant,
}


def initial_values(initializer: Initializer, seed: int, shape: tuple[int, ...]) -> Any:
    """Return what a kernel or bias of `shape` starts from; equal seeds give equal values."""
    knobs = initializer.model_dump(exclude={"name"})
    if initializer.name in FIXED:
        return FIXED[initializer.name](**knobs)(shape)
    return INITIALIZERS[initializer.name](**knobs, seed=seed)(shape)
