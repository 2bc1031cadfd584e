"""The files that MNIST comes in (IDX and npz), and the check that the arrays are MNIST's own."""

import gzip
import hashlib
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Arrays = dict[str, Bytes]
"""MNIST as published, all uint8, under the names of `SHA256`: images (n, 28, 28), labels (n,)."""

IDX_STEMS = {
    "x_train": ("train-images", "idx3-ubyte"),
    "y_train": ("train-labels", "idx1-ubyte"),
    "x_test": ("t10k-images", "idx3-ubyte"),
    "y_test": ("t10k-labels", "idx1-ubyte"),
}
SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}

_UNSIGNED_BYTE = 0x08
_MAX_IDX_BYTES = 64 * 2**20


def parse_idx(content: bytes) -> Bytes:
    """Return the array of an IDX file of unsigned bytes.

    Format: two zero bytes, the element type, the number of axes, each axis as a big-endian uint32,
    then the elements in C order. Source: the file format on the MNIST database's page.

    Raises:
        ValueError: another magic number, or more or fewer bytes than the header announces.
    """
    if len(content) < 4 or content[:3] != bytes((0, 0, _UNSIGNED_BYTE)) or content[3] == 0:
        raise ValueError(
            f"not an IDX file of unsigned bytes: expected a magic number 00 00 08 with at least one "
            f"axis, received {content[:4].hex(' ') or 'no bytes'}"
        )
    axes = content[3]
    header = 4 + 4 * axes
    if len(content) < header:
        raise ValueError(f"IDX header cut off: expected {header} bytes, received {len(content)}")
    shape = [int(axis) for axis in np.frombuffer(content, ">u4", axes, 4)]
    expected = header
    for axis in shape:
        expected = header + (expected - header or 1) * axis if axis else header
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


