"""Specs of before are read as they were accepted, whatever has become of the rules."""

from typing import Any

import pytest
from pydantic import ValidationError

from fitserve_core.spec import ExperimentSpec, RunPlan
from fitserve_core.spec.accepted import as_accepted

SPEC = {
    "dataset": "mnist",
    "target": {"is": [3, 5]},
    "network": {"hidden_layers": [50], "dropout": {"rate": 0.2}, "bias_initializer": "ones"},
    "training": {
        "optimizer": {"name": "rmsprop", "momentum": 0.5},
        "early_stopping": {"patience": 3},
    },
    "split": {"seed": 4},
}


def stored() -> dict[str, Any]:
    return ExperimentSpec.model_validate(SPEC).model_dump(mode="json")


class TestAsAccepted:
    def test_values_that_are_refused_now_stay_as_they_are(self) -> None:
        now = stored()
        now["repetitions"] = 10**9
        now["training"]["optimizer"] |= {"momentum": 7.0}
        now["target"] = {"is": [5, 3, 3]}
        with pytest.raises(ValidationError):
            ExperimentSpec.model_validate(now)
        read = as_accepted(ExperimentSpec, now)
        assert read.model_dump(mode="json") == now
        assert (read.model_name, read.training.optimizer.name) == ("mnist-is-5-3-3", "rmsprop")

    def test_nothing_else_of_it_changes(self) -> None:
        now = stored() | {"repetitions": 10**9}
        expected = ExperimentSpec.model_validate(SPEC).model_copy(update={"repetitions": 10**9})
        assert as_accepted(ExperimentSpec, now) == expected

    def test_fields_that_are_no_more_are_left_out_and_new_ones_have_their_default(self) -> None:
        now = stored() | {"colour": "blue"}
        del now["notes"]
        assert as_accepted(ExperimentSpec, now) == ExperimentSpec.model_validate(SPEC)

    def test_what_is_no_spec_at_all_is_refused(self) -> None:
        for given in (None, [], {}, {"network": {}}):
            with pytest.raises(ValidationError):
                as_accepted(ExperimentSpec, given)

    def test_plans_likewise(self) -> None:
        [cell] = ExperimentSpec.model_validate(SPEC).cells
        now = cell.plan.model_dump(mode="json") | {"seed": -1}
        assert as_accepted(RunPlan, now) == cell.plan.model_copy(update={"seed": -1})
