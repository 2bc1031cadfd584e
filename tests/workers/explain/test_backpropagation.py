"""One step explained: the exercise sheet's table, and the chain factor by factor."""

from math import exp, prod

import keras
import numpy as np
import pytest

from fitserve_core.explaining import Backpropagation, BackpropagationRequest
from fitserve_workers.explain.backpropagation import explain


def explained(**request) -> Backpropagation:
    return explain(BackpropagationRequest.model_validate(request))


class TestWorkedExample:
    def test_gives_the_sheets_table_exactly(self):
        step = explained(preset="worked-example")
        hidden, output = step.layers
        assert hidden.z == [[-1, 1, -2, 2], [-2, 3, 1, -8]]
        assert hidden.a == [[0, 1, 0, 2], [0, 3, 1, 0]]
        assert step.outputs == output.a == output.z == [[2], [-3]]
        assert output.deltas == [[1], [-2]]
        assert hidden.deltas == [[0, 0, 0, 2], [0, 0, 2, 0]]
        assert hidden.updated_weights == [[1, 2], [0, -1], [-2, -2.5], [-1.5, 1.5]]
        assert hidden.updated_biases == [-2, 2, -0.5, -2.5]
        assert output.updated_weights == [[1, 1.25, -0.5, 1.5]]
        assert output.updated_biases == [-1.75]
        assert step.loss == (1**2 / 2 + 2**2 / 2) / 2

    def test_gradients_are_what_the_update_took(self):
        step = explained(preset="worked-example")
        assert step.layers[1].weight_gradients == [[0, -2.5, -1, 1]]
        assert step.layers[1].bias_gradients == [-0.5]
        assert step.layers[0].bias_gradients == [0, 0, 1, 1]

    def test_mean_squared_error_has_twice_the_gradient(self):
        half, whole = (
            explained(preset="worked-example"),
            explained(preset="worked-example", loss="mse"),
        )
        assert whole.loss == 2 * half.loss
        assert whole.layers[1].bias_gradients == [2 * half.layers[1].bias_gradients[0]]


class TestChain:
    @pytest.mark.parametrize("preset", ["chain-sigmoid", "chain-relu"])
    def test_factors_multiply_to_the_tapes_gradient(self, preset):
        step = explained(preset=preset)
        names = [factor.name for factor in step.first_bias_factors]
        assert names == [
            *("σ′(z1)", "w2", "σ′(z2)", "w3", "σ′(z3)", "w4", "σ′(z4)", "∂C/∂a4"),
        ]
        product = prod(factor.value for factor in step.first_bias_factors)
        assert product == pytest.approx(step.layers[0].bias_gradients[0], rel=1e-12)
        assert product != 0

    def test_factors_are_the_derivatives_by_hand(self):
        step = explained(preset="chain-sigmoid")
        sigmoid = 1 / (1 + exp(-0.9))
        first, weight = step.first_bias_factors[:2]
        assert first.value == pytest.approx(sigmoid * (1 - sigmoid), rel=1e-12)
        assert weight.value == 1.2

    def test_relu_lets_through_what_a_sigmoid_makes_vanish(self):
        of_sigmoid, of_relu = (
            abs(explained(preset=f"chain-{name}").layers[0].bias_gradients[0])
            for name in ("sigmoid", "relu")
        )
        assert of_sigmoid < of_relu / 100

    def test_a_network_that_is_no_chain_has_no_factors(self):
        assert explained(preset="worked-example").first_bias_factors is None


class TestPrecision:
    def test_is_double_and_the_process_stays_as_it_was(self):
        before = keras.config.floatx()
        step = explained(preset="worked-example", learning_rate=0.1)
        assert keras.config.floatx() == before
        assert step.layers[1].updated_biases == [-2 + 0.1 * 0.5]

    def test_what_is_not_finite_is_null(self):
        layer = {"weights": [[1e6]], "biases": [1e6]}
        huge = {"layers": [layer] * 8, "activation": "linear", "inputs": [[1e6]]}
        step = explained(**huge, targets=[[0]], learning_rate=1_000.0)
        assert step.updated_loss is None
        assert np.isfinite(step.loss)
