"""Orders, slices and initial weights: the parts of a run without TensorFlow's loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitserve_core.spec import Network
from fitserve_workers.training.network import build_model, initialize
from fitserve_workers.training.orders import block_epochs, epoch_order, order_block
from fitserve_workers.training.pace import SLICE_SECONDS, slice_end


class TestOrders:
    def test_visit_every_row_once(self):
        assert sorted(epoch_order(seed=3, epoch=7, rows=101)) == list(range(101))

    def test_depend_on_seed_and_epoch_alone(self):
        blocks = order_block(3, range(4, 9), 50, 8), order_block(3, range(6, 7), 50, 8)
        np.testing.assert_array_equal(blocks[0][2], blocks[1][0])
        assert (epoch_order(3, 4, 50) != epoch_order(3, 5, 50)).any()
        assert (epoch_order(3, 4, 50) != epoch_order(4, 4, 50)).any()

    @pytest.mark.parametrize(("steps", "epochs"), [(50_000, 1), (6_250, 5), (11, 1_024)])
    def test_of_short_epochs_come_in_blocks(self, steps, epochs):
        assert block_epochs(steps) == epochs


class TestSliceEnd:
    @given(
        start=st.integers(0, 500),
        steps=st.integers(1, 300),
        epochs=st.integers(1, 9),
        pace=st.none() | st.floats(1e-7, 10),
    )
    def test_moves_on_and_ends_within_its_epoch_or_with_one(self, start, steps, epochs, pace):
        limit = epochs * steps
        start %= limit
        end = slice_end(start, limit, steps, pace)
        assert start < end <= limit
        assert end % steps == 0 or end // steps == start // steps
        epoch_end = (start // steps + 1) * steps
        if pace is not None and end not in {epoch_end, start + 1}:
            assert (end - start) * pace <= SLICE_SECONDS

    def test_takes_about_a_quarter_of_a_second(self):
        assert slice_end(0, 50_000, 50_000, 2**-17) == 32_768

    def test_without_a_measurement_is_one_step(self):
        assert slice_end(4, 100, 10, None) == 5


class TestInitialize:
    def test_gives_each_layer_kernels_of_its_own_and_no_bias(self):
        model = build_model(Network(hidden_layers=[5, 5, 5]), 5, 5)
        initialize(model, seed=1)
        kernels, biases = model.get_weights()[::2], model.get_weights()[1::2]
        assert len({kernel.tobytes() for kernel in kernels}) == 4
        assert not any(bias.any() for bias in biases)

    def test_depends_on_the_seed_alone(self):
        def kernel(seed):
            model = build_model(Network(hidden_layers=[5]), 3, 2)
            initialize(model, seed)
            return model.get_weights()[0]

        np.testing.assert_array_equal(kernel(1), kernel(1))
        assert (kernel(1) != kernel(2)).any()
        # Glorot and Bengio (2010): uniform within ±√(6 / (inputs + outputs)).
        assert np.abs(kernel(1)).max() <= np.sqrt(6 / 8)
