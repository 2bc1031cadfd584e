import gzip
import re
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from fitserve_core.datasets.mnist_files import (
    IDX_NAMES,
    SHA256,
    checked,
    parse_idx,
    read_idx_folder,
    read_npz,
)

BYTE_ARRAYS = arrays(np.uint8, array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6))


def to_idx(array: np.ndarray) -> bytes:
    head = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return head + array.tobytes()


def small_arrays() -> dict[str, np.ndarray]:
    return {
        key: np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
        if key.startswith("x")
        else np.array([3, 4], np.uint8)
        for key in SHA256
    }


class TestParseIdx:
    @given(BYTE_ARRAYS)
    def test_reads_back_what_was_written(self, array):
        np.testing.assert_array_equal(parse_idx(to_idx(array)), array)

    @given(BYTE_ARRAYS, st.data())
    def test_refuses_a_file_cut_off_anywhere(self, array, data):
        content = to_idx(array)
        length = data.draw(st.integers(0, len(content) - 1))
        with pytest.raises(ValueError, match=r"not an IDX file|cut off|must have \d+ bytes"):
            parse_idx(content[:length])

    @given(BYTE_ARRAYS, st.binary(min_size=1, max_size=8))
    def test_refuses_bytes_after_the_end(self, array, extra):
        with pytest.raises(ValueError, match=r"must have \d+ bytes, received \d+"):
            parse_idx(to_idx(array) + extra)

    @given(st.binary(min_size=4, max_size=64).filter(lambda content: content[:3] != b"\0\0\x08"))
    def test_refuses_another_magic_number_and_tells_it(self, content):
        with pytest.raises(ValueError, match=re.escape(content[:4].hex(" "))):
            parse_idx(content)

    def test_a_header_of_impossible_size_takes_no_memory(self):
        content = struct.pack(">4B3I", 0, 0, 8, 3, *[2**32 - 1] * 3)
        with pytest.raises(ValueError, match="must have 79228162458924105385300197391 bytes"):
            parse_idx(content)


class TestReadIdxFolder:
    @pytest.mark.parametrize("ending", ["", ".gz"])
    @pytest.mark.parametrize("spelling", [0, 1])
    def test_reads_the_four_files_gzipped_or_not(self, tmp_path, ending, spelling):
        expected = small_arrays()
        for key, names in IDX_NAMES.items():
            content = to_idx(expected[key])
            content = gzip.compress(content) if ending else content
            (tmp_path / f"{names[spelling]}{ending}").write_bytes(content)
        received = read_idx_folder(tmp_path)
        assert received.keys() == expected.keys()
        for key, array in expected.items():
            np.testing.assert_array_equal(received[key], array)

    def test_names_the_file_that_is_missing(self, tmp_path):
        (tmp_path / "train-images-idx3-ubyte").write_bytes(to_idx(small_arrays()["x_train"]))
        with pytest.raises(ValueError, match="has no train-labels-idx1-ubyte"):
            read_idx_folder(tmp_path)

    # Named by hand: a compressed file holds the time, by which its test would be called otherwise.
    @pytest.mark.parametrize(
        "content",
        [b"no gzip", gzip.compress(b"\0\0\x08\x01")[:-9]],
        ids=["no gzip", "cut off"],
    )
    def test_names_a_broken_file(self, tmp_path, content):
        (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(content)
        with pytest.raises(ValueError, match=r"train-images-idx3-ubyte\.gz: "):
            read_idx_folder(tmp_path)


class TestReadNpz:
    def test_reads_the_four_arrays(self, tmp_path):
        path, expected = tmp_path / "mnist.npz", small_arrays()
        np.savez(path, **expected)
        received = read_npz(path)
        for key, array in expected.items():
            np.testing.assert_array_equal(received[key], array)

    def test_refuses_pickled_objects(self, tmp_path):
        path = tmp_path / "mnist.npz"
        np.savez(path, **small_arrays() | {"x_train": np.array([{}, []], object)})
        with pytest.raises(ValueError, match="allow_pickle=False"):
            read_npz(path)

    def test_names_a_missing_array(self, tmp_path):
        path, partial = tmp_path / "mnist.npz", small_arrays()
        del partial["y_test"]
        np.savez(path, **partial)
        with pytest.raises(ValueError, match="y_test is missing"):
            read_npz(path)

    @pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 cut off", b"\x93NUMPY\x01\x00"])
    def test_refuses_other_files(self, tmp_path, content):
        path = tmp_path / "mnist.npz"
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"mnist\.npz: not an mnist\.npz"):
            read_npz(path)


class TestChecked:
    def test_refuses_arrays_that_are_not_mnist(self):
        with pytest.raises(ValueError, match=rf"x_train .* expected SHA-256 {SHA256['x_train']}"):
            checked(small_arrays())
