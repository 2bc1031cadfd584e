"""The files that MNIST comes in (IDX and npz), and the check that the arrays are MNIST's own."""

import gzip
import hashlib
import math
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Arrays = dict[str, Bytes]
"""MNIST as published, under the names of `SHA256`: images (n, 28, 28) and labels (n,), uint8."""

IDX_NAMES = {
    "x_train": ("train-images-idx3-ubyte", "train-images.idx3-ubyte"),
    "y_train": ("train-labels-idx1-ubyte", "train-labels.idx1-ubyte"),
    "x_test": ("t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"),
    "y_test": ("t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"),
}
SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
AXES = {"x": 3, "y": 1}
MAX_IDX_BYTES = 64 * 2**20

_MAGIC = bytes((0, 0, 8))


def cache_file(data_folder: Path) -> Path:
    """Return where the checked arrays are kept once they are fetched; `savez`, not compressed."""
    return data_folder / "datasets" / "mnist.npz"


def parse_idx(content: bytes) -> Bytes:
    """Return the array of an IDX file of unsigned bytes.

    Format: two zero bytes, the element type (8), the number of axes, each axis as a big-endian
    uint32, then the elements in C order. Source: the page of the MNIST database.

    Raises:
        ValueError: another magic number, or not as many bytes as the header announces.
    """
    if len(content) < 4 or content[:3] != _MAGIC or content[3] == 0:
        raise ValueError(
            "not an IDX file of unsigned bytes: expected it to begin with 00 00 08 and a number "
            f"of axes, received {content[:4].hex(' ') or 'an empty file'}"
        )
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise ValueError(f"IDX header of {header} bytes cut off: received {len(content)} bytes")
    shape = tuple(int(axis) for axis in np.frombuffer(content[4:header], ">u4"))
    expected = header + math.prod(shape)
    if len(content) != expected:
        raise ValueError(
            f"IDX file of shape {shape} must have {expected} bytes, received {len(content)}"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def read_idx_folder(folder: Path) -> Arrays:
    """Return the arrays of the four IDX files in `folder`, gzipped or not.

    Raises:
        ValueError: a file is missing or is not what its name says.
    """
    return {key: _read_idx(folder, names) for key, names in IDX_NAMES.items()}


def read_npz(path: Path) -> Arrays:
    """Return the arrays of an `mnist.npz`; pickled objects are refused.

    Raises:
        ValueError: not such an archive, or an array is missing.
    """
    try:
        with path.open("rb") as file, NpzFile(file, allow_pickle=False) as archive:
            return {key: _member(archive, key) for key in SHA256}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        raise ValueError(f"{path}: not an mnist.npz: {error}") from error


def checked(arrays: Arrays) -> Arrays:
    """Return `arrays` if each of them is, byte for byte, MNIST's.

    Raises:
        ValueError: a SHA-256 of other arrays.
    """
    for key, expected in SHA256.items():
        array = arrays[key]
        received = hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
        if received != expected or array.dtype != np.uint8 or array.ndim != AXES[key[0]]:
            raise ValueError(
                f"{key} is not MNIST's: expected SHA-256 {expected} of unsigned bytes with "
                f"{AXES[key[0]]} axes, received {received}, {array.dtype}, shape {array.shape}"
            )
    return arrays


def _read_idx(folder: Path, names: tuple[str, ...]) -> Bytes:
    candidates = [folder / f"{name}{ending}" for name in names for ending in ("", ".gz")]
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        raise ValueError(f"{folder} has no {names[0]} (or {names[0]}.gz)")
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return parse_idx(file.read(MAX_IDX_BYTES))
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def _member(archive: NpzFile, key: str) -> Bytes:
    if key not in archive:
        raise ValueError(f"expected the arrays {', '.join(SHA256)}; {key} is missing")
    array: Bytes = archive[key]
    return array
