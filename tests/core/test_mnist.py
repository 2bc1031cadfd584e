import gzip
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fitserve_core.datasets import mnist
from fitserve_core.datasets.dataset import Division
from fitserve_core.datasets.loading import load_dataset
from fitserve_core.datasets.mnist_files import IDX_NAMES, SHA256, read_npz
from fitserve_core.errors import DatasetUnavailableError

COUNTS = {
    "train": [4932, 5678, 4968, 5101, 4859, 4506, 4951, 5175, 4842, 4988],
    "validation": [991, 1064, 990, 1030, 983, 915, 967, 1090, 1009, 961],
    "test": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
}


@pytest.fixture(scope="module")
def published(data_folder):
    return read_npz(data_folder / "datasets" / "mnist.npz")


@pytest.fixture(scope="module")
def dataset(data_folder):
    return load_dataset("mnist", data_folder=data_folder, division=Division(0), scaling="train")


class TestLoad:
    @pytest.mark.parametrize("part", COUNTS)
    def test_class_counts_are_the_sheets(self, dataset, part):
        assert np.bincount(getattr(dataset, part).targets).tolist() == COUNTS[part]

    def test_rows_are_ready_for_training(self, dataset):
        for part in (dataset.train, dataset.validation, dataset.test):
            assert part.inputs.shape == (len(part), 784)
            assert part.inputs.dtype == np.float32
            assert part.targets.dtype == np.int32
            assert (part.inputs.min(), part.inputs.max()) == (0, 1)
            assert not part.inputs.flags.writeable

    def test_inputs_are_bit_for_bit_what_the_input_scale_makes_of_pixels(self, dataset, published):
        pixels = published["x_train"][49_990:50_010].reshape(-1, 784).astype(np.float32)
        expected = dataset.input_scale.apply(pixels)
        np.testing.assert_array_equal(dataset.train.inputs[-10:], expected[:10])
        np.testing.assert_array_equal(dataset.validation.inputs[:10], expected[10:])

    def test_seed_and_scaling_change_nothing_and_load_nothing_again(self, dataset, data_folder):
        other = load_dataset("mnist", data_folder=data_folder, division=Division(5), scaling="full")
        assert other is dataset


class TestRawTestDigits:
    def test_are_the_test_rows_as_published(self, data_folder, dataset):
        images, labels = mnist.raw_test_digits(data_folder)
        assert images.shape == (10_000, 28, 28)
        assert images.dtype == np.uint8
        np.testing.assert_array_equal(labels, dataset.test.targets)
        np.testing.assert_allclose(images[7].ravel() / 255, dataset.test.inputs[7], rtol=1e-6)


class TestCache:
    @pytest.fixture
    def fetches(self, monkeypatch, published) -> Iterator[list]:
        """Every call that would have gone to a source."""
        calls = []

        def fetch(given):
            calls.append(given)
            return published

        monkeypatch.delenv("FITSERVE_MNIST", raising=False)
        monkeypatch.setattr(mnist, "fetch", fetch)
        return calls

    def test_is_filled_by_one_fetch_and_read_ever_after(self, tmp_path, fetches):
        first, _ = mnist.raw_test_digits(tmp_path)
        second, _ = mnist.raw_test_digits(tmp_path)
        np.testing.assert_array_equal(first, second)
        assert len(fetches) == 1
        assert sorted(file.name for file in (tmp_path / "datasets").iterdir()) == [
            "mnist.lock",
            "mnist.npz",
        ]

    def test_a_damaged_file_is_fetched_again(self, tmp_path, fetches):
        file = tmp_path / "datasets" / "mnist.npz"
        mnist.raw_test_digits(tmp_path)
        content = bytearray(file.read_bytes())
        content[20_000_000] ^= 1
        file.write_bytes(content)
        mnist.raw_test_digits(tmp_path)
        assert len(fetches) == 2
        assert read_npz(file).keys() == SHA256.keys()

    def test_those_who_come_at_once_fetch_once(self, tmp_path, fetches):
        together = threading.Barrier(3)

        def load() -> None:
            together.wait(10)
            mnist.raw_test_digits(tmp_path)

        with ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(load) for _ in range(3)]:
                done.result(60)
        assert len(fetches) == 1


class TestUsersFile:
    """`FITSERVE_MNIST`: what it names is used, or it is an error."""

    @pytest.fixture(autouse=True)
    def _no_other_source(self, monkeypatch):
        monkeypatch.setenv("PATH", "")
        monkeypatch.setitem(sys.modules, "keras", None)

    def test_a_folder_of_gzipped_idx_files(self, tmp_path, monkeypatch, published):
        given = tmp_path / "given"
        given.mkdir()
        for key, (name, _) in IDX_NAMES.items():
            array = published[key]
            head = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
            content = gzip.compress(head + array.tobytes(), compresslevel=1)
            (given / f"{name}.gz").write_bytes(content)
        monkeypatch.setenv("FITSERVE_MNIST", str(given))
        images, _ = mnist.raw_test_digits(tmp_path / "data")
        np.testing.assert_array_equal(images, published["x_test"])

    def test_an_npz(self, tmp_path, monkeypatch, data_folder, published):
        given = data_folder / "datasets" / "mnist.npz"
        monkeypatch.setenv("FITSERVE_MNIST", str(given))
        images, _ = mnist.raw_test_digits(tmp_path)
        np.testing.assert_array_equal(images, published["x_test"])

    def test_one_changed_pixel_is_refused(self, tmp_path, monkeypatch, published):
        changed = published["x_test"].copy()
        changed[5, 14, 14] ^= 1
        given = tmp_path / "mnist.npz"
        np.savez(given, **published | {"x_test": changed})
        monkeypatch.setenv("FITSERVE_MNIST", str(given))
        with pytest.raises(DatasetUnavailableError, match="x_test is not MNIST's") as refused:
            mnist.raw_test_digits(tmp_path)
        assert f"FITSERVE_MNIST={given}" in refused.value.message

    def test_a_path_that_is_not_there_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.setenv("FITSERVE_MNIST", str(tmp_path / "nowhere"))
        with pytest.raises(DatasetUnavailableError, match=r"nowhere.*No such file.*unset it"):
            mnist.raw_test_digits(tmp_path)
