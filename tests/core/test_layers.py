"""Layers and their weights, as the exercise sheet counts them."""

import pytest

from fitserve_core.layers import summarise_layers
from fitserve_core.spec import Network


def counts(inputs: int, outputs: int, **fields: object) -> tuple[int, int]:
    layers = summarise_layers(Network.model_validate(fields), inputs, outputs)
    return (
        sum(layer.parameters for layer in layers),
        sum(layer.trainable_parameters for layer in layers),
    )


class TestCounts:
    @pytest.mark.parametrize(
        ("hidden_layers", "parameters"),
        [
            ([50], 39_760),
            ([100], 79_510),
            ([200], 159_010),
            ([100, 100], 89_610),
            ([100, 100, 100], 99_710),
            ([1000], 795_010),
            ([1500], 1_192_510),
        ],
    )
    def test_of_digits_are_the_sheets(self, hidden_layers: list[int], parameters: int) -> None:
        assert counts(784, 10, hidden_layers=hidden_layers) == (parameters, parameters)

    def test_of_eckerle4_are_the_sheets(self) -> None:
        assert counts(1, 1, hidden_layers=[128, 128, 64]) == (25_089, 25_089)

    def test_tell_apart_what_batch_normalization_only_follows(self) -> None:
        fields = {"hidden_layers": [100, 100], "batch_normalization": True}
        assert counts(784, 10, **fields) == (90_410, 90_010)

    def test_agree_with_the_networks_own(self) -> None:
        network = Network(hidden_layers=[7, 5], batch_normalization=True)
        assert counts(784, 10, **network.model_dump()) == (
            network.parameters(784, 10),
            network.trainable_parameters(784, 10),
        )


class TestLayers:
    def test_are_named_input_side_first(self) -> None:
        network = Network.model_validate(
            {
                "hidden_layers": [7, 5],
                "dropout": {"rate": 0.2, "at": ["input", "hidden", "output"]},
                "batch_normalization": True,
            }
        )
        layers = summarise_layers(network, 4, 3)
        assert [(layer.name, layer.kind, layer.units) for layer in layers] == [
            ("input_dropout", "Dropout", 4),
            ("hidden_1", "Dense", 7),
            ("hidden_1_dropout", "Dropout", 7),
            ("hidden_1_normalization", "BatchNormalization", 7),
            ("hidden_2", "Dense", 5),
            ("hidden_2_dropout", "Dropout", 5),
            ("hidden_2_normalization", "BatchNormalization", 5),
            ("output", "Dense", 3),
            ("output_dropout", "Dropout", 3),
        ]
