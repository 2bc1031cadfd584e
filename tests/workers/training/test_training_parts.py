"""Orders, slices and initial weights: the parts of a run without TensorFlow's loop."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from fitserve_core.spec import Network
from fitserve_workers.training.network import build_model, initialize
from fitserve_workers.training.noise import Noise
from fitserve_workers.training.orders import block_epochs, epoch_order, order_block
from fitserve_workers.training.pace import SLICE_SECONDS, slice_end


class TestOrders:
    def test_visit_every_row_once(self):
        assert sorted(epoch_order(seed=3, epoch=7, rows=101)) == list(range(101))

    def test_depend_on_seed_and_epoch_alone(self):
        blocks = order_block(3, range(4, 9), 50, 8, 5), order_block(3, range(6, 7), 50, 8, 5)
        np.testing.assert_array_equal(blocks[0][2], blocks[1][0])
        assert (epoch_order(3, 4, 50) != epoch_order(3, 5, 50)).any()
        assert (epoch_order(3, 4, 50) != epoch_order(4, 4, 50)).any()

    def test_end_with_the_last_row_again_where_a_batch_is_short(self):
        block = order_block(3, range(2), 50, 2, 8)
        assert block.shape == (2, 56)
        for order in block:
            assert sorted(order[:50]) == list(range(50))
            assert (order[50:] == order[49]).all()

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


def initial_weights(seed=1, inputs=5, hidden=(5, 5, 5), **initializers):
    network = Network(hidden_layers=list(hidden), **initializers)
    model = build_model(network, inputs, 5, Noise(tf.Variable(0), places=len(hidden) + 2))
    initialize(model, network, seed)
    return model.get_weights()[::2], model.get_weights()[1::2]


class TestInitialize:
    def test_gives_each_layer_kernels_of_its_own_and_no_bias(self):
        kernels, biases = initial_weights()
        assert len({kernel.tobytes() for kernel in kernels}) == 4
        assert not any(bias.any() for bias in biases)

    def test_depends_on_the_seed_alone(self):
        (first, *_), _ = initial_weights(1, inputs=3)
        (again, *_), _ = initial_weights(1, inputs=3)
        (other, *_), _ = initial_weights(2, inputs=3)
        np.testing.assert_array_equal(first, again)
        assert (first != other).any()
        # Glorot and Bengio (2010): uniform within ±√(6 / (inputs + outputs)).
        assert np.abs(first).max() <= np.sqrt(6 / 8)

    def test_kernels_and_biases_are_drawn_apart(self):
        kernels, biases = initial_weights(
            kernel_initializer="ones", bias_initializer={"name": "constant", "value": -0.5}
        )
        assert all((kernel == 1).all() for kernel in kernels)
        assert all((bias == -0.5).all() for bias in biases)
        _, biases = initial_weights(bias_initializer="random_normal")
        assert len({bias.tobytes() for bias in biases}) == 4

    @pytest.mark.parametrize(
        ("initializer", "std", "uniform"),
        [
            # Variances: Glorot 2/(inputs + outputs), He 2/inputs, LeCun 1/inputs.
            ("glorot_uniform", np.sqrt(2 / 700), True),
            ("glorot_normal", np.sqrt(2 / 700), False),
            ("he_uniform", np.sqrt(2 / 300), True),
            ("he_normal", np.sqrt(2 / 300), False),
            ("lecun_uniform", np.sqrt(1 / 300), True),
            ("lecun_normal", np.sqrt(1 / 300), False),
            ({"name": "random_uniform", "minval": -1, "maxval": 1}, np.sqrt(1 / 3), True),
            ({"name": "random_normal", "mean": 0, "stddev": 0.2}, 0.2, False),
        ],
    )
    def test_has_the_variance_that_its_name_stands_for(self, initializer, std, uniform):
        (kernel, _), _ = initial_weights(inputs=300, hidden=(400,), kernel_initializer=initializer)
        assert kernel.std() == pytest.approx(std, rel=0.01)
        assert kernel.mean() == pytest.approx(0, abs=0.02 * std)
        # A uniform distribution ends at √3 standard deviations.
        assert (np.abs(kernel).max() <= 1.01 * np.sqrt(3) * std) == uniform
