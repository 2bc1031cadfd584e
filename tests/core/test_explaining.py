"""Requests for explanations: presets, and shapes that do not fit."""

from typing import Any

import pytest
from pydantic import ValidationError

from fitserve_core.catalogue.worked_examples import EXAMPLES, WORKED_EXAMPLE
from fitserve_core.errors import InvalidInputError
from fitserve_core.explaining import BackpropagationRequest
from fitserve_core.validation import first_problem


def refusal(**changes: Any) -> InvalidInputError:
    with pytest.raises(ValidationError) as refused:
        BackpropagationRequest.model_validate({**WORKED_EXAMPLE, **changes})
    return first_problem(refused.value, BackpropagationRequest)


class TestPresets:
    @pytest.mark.parametrize("name", EXAMPLES)
    def test_are_whole_requests(self, name: str) -> None:
        request = BackpropagationRequest.model_validate({"preset": name})
        assert request.preset == name

    def test_can_be_changed(self) -> None:
        request = BackpropagationRequest.model_validate(
            {"preset": "chain-relu", "learning_rate": 0.5}
        )
        assert (request.activation, request.learning_rate) == ("relu", 0.5)

    def test_unknown_one_names_the_known(self) -> None:
        problem = refusal(preset="chain")
        assert problem.param == "preset"
        assert "worked-example, chain-sigmoid, chain-relu" in problem.message


class TestShapes:
    @pytest.mark.parametrize(
        ("changes", "param", "message"),
        [
            ({"inputs": [[1, 2], [3]]}, "inputs[1]", "must have 2 numbers"),
            ({"inputs": [[1], [2]]}, "layers[0].weights[0]", "must have 1 numbers, as many"),
            ({"targets": [[1, 2], [3, 4]]}, "targets[0]", "as the last layer has units"),
            ({"targets": [[1]]}, "targets", "one row for each of 2 rows of inputs; received 1"),
            (
                {"layers": [{"weights": [[1, 2]], "biases": [0, 0]}]},
                "layers[0].biases",
                "one bias for each of 1 units; received 2",
            ),
            ({"learning_rate": 0}, "learning_rate", "must be greater than 0"),
            ({"layers": []}, "layers", "must have at least 1 item"),
            ({"inputs": [[float("nan"), 1]]}, "inputs[0][0]", "received NaN"),
        ],
    )
    def test_that_do_not_fit_are_refused_by_their_path(
        self, changes: dict[str, Any], param: str, message: str
    ) -> None:
        problem = refusal(**changes)
        assert problem.param == param
        assert message in problem.message
