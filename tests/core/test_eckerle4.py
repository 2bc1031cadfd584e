from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitserve_core.datasets.certified import RESIDUAL_SUM_OF_SQUARES, certified_transmittance
from fitserve_core.datasets.dataset import Dataset, Division
from fitserve_core.datasets.eckerle4 import MEASUREMENTS
from fitserve_core.datasets.loading import load_dataset
from fitserve_core.errors import InvalidInputError

WAVELENGTHS, TRANSMITTANCES = np.array(MEASUREMENTS).T


@pytest.fixture
def load(tmp_path):
    def load(split_seed: int, scaling: str, **division: Any) -> Dataset:
        return load_dataset(
            "eckerle4",
            data_folder=tmp_path,
            division=Division(split_seed, **division),
            scaling=scaling,
        )

    return load


def in_data_units(dataset: Dataset) -> list[tuple[float, float]]:
    """All rows, training rows first, rounded to the digits of the measurements."""
    pairs = []
    for rows in (dataset.train, dataset.test):
        inputs = dataset.input_scale.invert(rows.inputs)[:, 0].round(1)
        targets = dataset.target_scale.invert(rows.targets)[:, 0].round(6)
        pairs += zip(inputs.tolist(), targets.tolist(), strict=True)
    return pairs


class TestLoad:
    @pytest.mark.parametrize("scaling", ["train", "full"])
    def test_divides_every_row_60_to_40_and_has_no_validation_rows(self, load, scaling):
        dataset = load(3, scaling)
        assert dataset.train.inputs.shape == dataset.train.targets.shape == (21, 1)
        assert dataset.test.inputs.shape == dataset.test.targets.shape == (14, 1)
        assert dataset.validation is None
        assert dataset.train.inputs.dtype == dataset.train.targets.dtype == np.float32
        received = np.array(sorted(in_data_units(dataset)))
        np.testing.assert_allclose(received, MEASUREMENTS, atol=1e-6)

    def test_the_same_seed_gives_the_same_rows_whatever_the_scaling(self, load):
        train, full = in_data_units(load(7, "train")), in_data_units(load(7, "full"))
        np.testing.assert_allclose(train, full, atol=2e-6)

    def test_another_seed_gives_other_rows(self, load):
        assert len({tuple(in_data_units(load(seed, "full"))[:21]) for seed in range(10)}) == 10

    @pytest.mark.parametrize(("share", "validating"), [(0.01, 1), (0.2, 4), (0.5, 10)])
    def test_a_share_of_the_training_rows_validates_and_the_test_rows_stay(
        self, load, share, validating
    ):
        whole, divided = load(3, "full"), load(3, "full", validation_share=share)
        assert len(divided.validation) == validating
        np.testing.assert_array_equal(
            np.concatenate([divided.train.inputs, divided.validation.inputs]), whole.train.inputs
        )
        np.testing.assert_array_equal(divided.test.inputs, whole.test.inputs)

    @pytest.mark.parametrize("folds", [2, 4, 21])
    def test_every_training_row_validates_in_one_fold(self, load, folds):
        whole = load(3, "full")
        divided = [load(3, "full", folds=folds, fold=fold) for fold in range(folds)]
        validation = np.concatenate([fold.validation.inputs for fold in divided])
        np.testing.assert_array_equal(validation, whole.train.inputs)
        for fold in divided:
            both = np.concatenate([fold.train.inputs, fold.validation.inputs])
            np.testing.assert_array_equal(
                np.sort(both, axis=0), np.sort(whole.train.inputs, axis=0)
            )
            np.testing.assert_array_equal(fold.test.inputs, whole.test.inputs)

    def test_rows_that_validate_have_no_say_in_the_scale(self, load):
        for seed in range(5):
            rows = load(seed, "train", validation_share=0.5).train
            assert (rows.inputs.min(), rows.inputs.max()) == (0, 1)

    @pytest.mark.parametrize("seed", range(5))
    def test_train_scaling_maps_the_training_rows_to_0_and_1(self, load, seed):
        rows = load(seed, "train").train
        for values in (rows.inputs, rows.targets):
            assert (values.min(), values.max()) == (0, 1)

    @pytest.mark.parametrize("seed", range(5))
    def test_full_scaling_maps_all_rows_to_0_and_1(self, load, seed):
        dataset = load(seed, "full")
        for values in (
            np.concatenate([dataset.train.inputs, dataset.test.inputs]),
            np.concatenate([dataset.train.targets, dataset.test.targets]),
        ):
            assert (values.min(), values.max()) == (0, 1)

    @pytest.mark.parametrize("scaling", ["train", "full"])
    def test_mse_is_reported_on_the_range_of_all_targets(self, load, scaling):
        scale = load(0, scaling).full_target_scale
        assert (scale.minimum, scale.maximum) == (0.000071, 0.3698049)

    def test_an_unknown_data_set_is_refused_by_name(self, tmp_path):
        with pytest.raises(InvalidInputError, match=r"'cifar'; known: mnist, eckerle4"):
            load_dataset("cifar", data_folder=tmp_path, division=Division(0), scaling="train")


class TestCertifiedTransmittance:
    def test_its_residual_sum_of_squares_is_the_certified_one(self):
        residuals = TRANSMITTANCES - certified_transmittance(WAVELENGTHS)
        assert RESIDUAL_SUM_OF_SQUARES == 0.0014635887487
        assert np.sum(residuals**2) == pytest.approx(RESIDUAL_SUM_OF_SQUARES, abs=1e-13)

    def test_its_mse_on_the_scale_of_the_full_range(self, load):
        scale = load(0, "full").full_target_scale
        residuals = (TRANSMITTANCES - certified_transmittance(WAVELENGTHS)) / scale.width
        assert np.mean(residuals**2) == pytest.approx(3.06e-4, abs=5e-7)

    @given(st.floats(0, 100))
    def test_is_symmetric_about_its_centre(self, distance):
        left, right = certified_transmittance([451.54121844 - distance, 451.54121844 + distance])
        assert left == pytest.approx(right, rel=1e-9)
