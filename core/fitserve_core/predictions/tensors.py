"""Instances that come as one array of numbers."""

import numpy as np
from numpy.typing import NDArray

from fitserve_core.datasets.dataset import Array
from fitserve_core.datasets.registry import DatasetInfo
from fitserve_core.errors import InvalidInputError
from fitserve_core.predictions.digits import are_pixels, whole_pixels
from fitserve_core.predictions.instances import decode_instances, require_few


def rows_of(info: DatasetInfo, tensor: NDArray[np.generic]) -> Array:
    """Return an array of instances as float32 (n, inputs), in the data's own units.

    Args:
        info: what the model takes.
        tensor: numbers, (n, inputs), or (n, side, side) of square images, or (n,) where an
            instance is one number.

    Raises:
        InvalidInputError: what was expected and received.
    """
    shapes: list[tuple[int, ...]] = [(info.inputs,)]
    if info.side:
        shapes.append((info.side, info.side))
    if info.inputs == 1:
        shapes.append(())
    if tensor.ndim == 0 or tensor.shape[1:] not in shapes:
        expected = " or ".join(str(["n", *shape]) for shape in shapes).replace("'", "")
        raise InvalidInputError(
            f"inputs: expected the shape {expected}; received {list(tensor.shape)}",
            param="inputs",
            received=list(tensor.shape),
        )
    require_few(len(tensor), "inputs")
    if tensor.dtype == np.uint8 and info.side and len(tensor):
        pixels = whole_pixels(tensor.tobytes())
        if pixels is not None:
            return pixels
    with np.errstate(over="ignore"):
        rows = tensor.reshape(len(tensor), info.inputs).astype(np.float32)
    if len(rows) and np.isfinite(rows).all() and (info.side is None or are_pixels(rows)):
        return rows
    # The rule of what is refused, and its words, are those of single instances.
    return decode_instances(info, rows.astype(np.float64).tolist())
