"""Weights as a file: named, read back, and where another run begins."""

import numpy as np
import pytest

from fitserve_workers.training import Training, write_weights
from fitserve_workers.training.program import Program
from fitserve_workers.training.shape import Shape


class TestWriteWeights:
    def test_names_each_array(self, blobs, plan, tmp_path):
        model = Program(Shape.of(plan(hidden_layers=[4, 3]), blobs())).model
        write_weights(model, tmp_path / "weights.npz")
        with np.load(tmp_path / "weights.npz", allow_pickle=False) as arrays:
            names = ["hidden_1", "hidden_2", "output"]
            assert list(arrays) == [
                f"{name}/{part}" for name in names for part in ("kernel", "bias")
            ]
            for received, expected in zip(arrays.values(), model.get_weights(), strict=True):
                np.testing.assert_array_equal(received, expected)


class TestStartFrom:
    @pytest.mark.parametrize("knobs", [{}, {"batch_normalization": True}])
    def test_goes_on_where_the_other_run_ended(
        self, transmittance, plan, programs, finish, tmp_path, knobs
    ):
        first = Training(plan(epochs=2, **knobs), transmittance(), programs)
        finish(first)
        write_weights(first.model, tmp_path / "weights.npz")
        reached = first.model.get_weights()
        second = Training(plan(epochs=2, seed=12, **knobs), transmittance(), programs)
        second.start_from(tmp_path / "weights.npz")
        for received, expected in zip(second.model.get_weights(), reached, strict=True):
            np.testing.assert_array_equal(received, expected)

    def test_two_halves_are_one_longer_run_where_orders_agree(
        self, transmittance, plan, programs, finish, tmp_path
    ):
        whole = finish(Training(plan(epochs=6, batch_size=21), transmittance(), programs))
        first = Training(plan(epochs=3, batch_size=21), transmittance(), programs)
        finish(first)
        write_weights(first.model, tmp_path / "weights.npz")
        second = Training(plan(epochs=3, batch_size=21), transmittance(), programs)
        second.start_from(tmp_path / "weights.npz")
        # A full batch has the same gradient in any order, to the rounding of its sum.
        np.testing.assert_allclose(
            [epoch.loss for epoch in finish(second)], [e.loss for e in whole[3:]], rtol=1e-5
        )

    def test_is_refused_once_the_run_has_begun(self, transmittance, plan, programs, tmp_path):
        training = Training(plan(), transmittance(), programs)
        write_weights(training.model, tmp_path / "weights.npz")
        training.advance()
        with pytest.raises(ValueError, match="has begun"):
            training.start_from(tmp_path / "weights.npz")
