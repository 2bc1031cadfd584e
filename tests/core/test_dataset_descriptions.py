"""Descriptions against the rows that a training gets."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fitserve_core.datasets import describing, mnist
from fitserve_core.datasets.certified import certified_transmittance
from fitserve_core.datasets.dataset import Division
from fitserve_core.datasets.description import DatasetDetails
from fitserve_core.datasets.eckerle4 import MEASUREMENTS
from fitserve_core.datasets.loading import load_dataset
from fitserve_core.datasets.mnist_files import cache_file
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.errors import NotFoundError

PARTS = ("train", "validation", "test")

DESCRIBE = """
import resource, sys
from pathlib import Path
from fitserve_core.datasets import describing
used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = used()
describing.details("mnist", Path(sys.argv[1]))
print(used() - before)
"""


class TestCards:
    def test_every_data_set_that_a_spec_can_name(self, tmp_path):
        assert [card.name for card in describing.cards(tmp_path)] == list(DATASETS)

    @pytest.mark.parametrize("name", DATASETS)
    def test_agree_with_what_is_loaded(self, data_folder, name):
        dataset = load_dataset(name, data_folder=data_folder, division=Division(0), scaling="full")
        card = describing.details(name, data_folder)
        parts = {part: getattr(dataset, part) for part in PARTS}
        assert card.rows == {part: len(rows) if rows else 0 for part, rows in parts.items()}
        assert (card.task, card.outputs) == (dataset.info.task, dataset.info.outputs)
        assert int(np.prod(card.input_shape)) == dataset.info.inputs
        assert card.input_range.minimum == dataset.input_scale.minimum
        assert card.input_range.maximum == dataset.input_scale.maximum
        if card.class_counts:
            counts = {part: np.bincount(rows.targets).tolist() for part, rows in parts.items()}
            assert card.class_counts == counts
        else:
            assert card.target_range.minimum == dataset.full_target_scale.minimum
            assert card.target_range.maximum == dataset.full_target_scale.maximum


class TestMnist:
    def test_samples_are_the_first_test_digits_of_each_label(self, data_folder):
        images, labels = mnist.raw_test_digits(data_folder)
        samples = describing.details("mnist", data_folder).samples
        assert [sample.label for sample in samples] == sorted([*range(10)] * 3)
        for sample in samples:
            assert sample.label == labels[sample.row]
            assert sample.row in np.flatnonzero(labels == sample.label)[:3]
            np.testing.assert_array_equal(sample.pixels, images[sample.row])

    def test_before_it_is_fetched(self, tmp_path):
        told = describing.details("mnist", tmp_path)
        assert (told.fetched, told.samples) == (False, None)
        assert told.class_counts["test"][0] == 980
        assert not any(tmp_path.iterdir())
        assert describing.cards(tmp_path)[0].fetched is False

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive at all" * 100])
    def test_a_broken_cache_counts_as_not_fetched(self, tmp_path, content):
        cache = cache_file(tmp_path)
        cache.parent.mkdir()
        cache.write_bytes(content)
        told = describing.details("mnist", tmp_path)
        assert (told.fetched, told.samples) == (False, None)

    def test_a_cache_of_something_else_counts_as_not_fetched(self, tmp_path):
        cache = cache_file(tmp_path)
        cache.parent.mkdir()
        np.savez(cache, y_test=np.zeros(3, np.uint8), x_test=np.zeros((3, 28, 28), np.uint8))
        assert describing.details("mnist", tmp_path).samples is None

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the unit is another")
    def test_the_arrays_are_never_held(self, data_folder: Path):
        ended = subprocess.run(
            [sys.executable, "-c", DESCRIBE, data_folder],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        # In KiB. The test images alone would take 7.8 MB.
        assert int(ended.stdout) < 4_000


class TestEckerle4:
    @pytest.fixture
    def details(self, tmp_path) -> DatasetDetails:
        return describing.details("eckerle4", tmp_path)

    def test_every_row_in_its_own_units(self, details):
        rows = [(row.wavelength, row.transmittance) for row in details.measurements]
        assert rows == list(MEASUREMENTS)

    def test_certified_fit_is_consistent(self, details):
        fit = details.certified
        x, y = np.array(MEASUREMENTS).T
        squares = ((certified_transmittance(x) - y) ** 2).sum()
        assert squares == pytest.approx(fit.residual_sum_of_squares, rel=1e-9)
        variance = fit.residual_sum_of_squares / fit.degrees_of_freedom
        assert fit.residual_std == pytest.approx(variance**0.5, rel=1e-9)
        assert fit.degrees_of_freedom == len(MEASUREMENTS) - len(fit.parameters)
        assert fit.mse == pytest.approx(3.06e-4, rel=1e-3)
        assert [(p.name, p.value, p.std) for p in fit.parameters] == [
            ("b1", 1.5543827178, 0.015408051163),
            ("b2", 4.0888321754, 0.046803020753),
            ("b3", 451.54121844, 0.046800518816),
        ]


class TestUnknown:
    def test_names_the_known_ones(self, tmp_path):
        with pytest.raises(NotFoundError, match="no data set 'cifar'; known: mnist, eckerle4"):
            describing.details("cifar", tmp_path)
