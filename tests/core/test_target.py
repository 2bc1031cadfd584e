"""Yes-or-no questions about digits: how they are asked, named, and made of the rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from fitserve_core.catalogue.preset import PostedSpec
from fitserve_core.datasets.binary import towards
from fitserve_core.datasets.dataset import Dataset, Rows, Scale
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.spec import ExperimentSpec, RunPlan, Target
from fitserve_core.spec.target import is_model_name, model_name
from fitserve_core.validation import first_problem

DIGITS = st.lists(st.integers(0, 9), min_size=1, max_size=9, unique=True)


def target(*digits: int) -> Target:
    return Target.model_validate({"is": list(digits)})


def spec(**fields: Any) -> ExperimentSpec:
    return ExperimentSpec.model_validate({"dataset": "mnist", **fields})


class TestTarget:
    @given(DIGITS, st.randoms())
    def test_order_makes_no_other_target(self, digits: list[int], random: Any) -> None:
        shuffled = random.sample(digits, len(digits))
        assert spec(target={"is": digits}) == spec(target={"is": shuffled})
        assert target(*digits).digits == sorted(digits)

    @given(DIGITS)
    def test_goes_through_json_and_into_the_plan(self, digits: list[int]) -> None:
        asked = spec(target={"is": digits})
        assert asked.model_dump(mode="json")["target"] == {"is": sorted(digits)}
        assert ExperimentSpec.model_validate_json(asked.model_dump_json()) == asked
        plan = asked.cells[0].plan
        assert plan.target == asked.target
        assert RunPlan.model_validate_json(plan.model_dump_json()) == plan

    def test_none_is_the_whole_task(self) -> None:
        assert spec(target=None) == spec()
        assert spec().dataset_info == DATASETS["mnist"]

    def test_makes_the_task_binary_with_one_output(self) -> None:
        info = spec(target={"is": [3]}).dataset_info
        assert (info.name, info.task, info.outputs) == ("mnist", "binary_classification", 1)

    def test_can_be_given_beside_a_preset(self) -> None:
        posted: ExperimentSpec = TypeAdapter(PostedSpec).validate_python(
            {"preset": "mnist-B", "target": {"is": [3]}}
        )
        assert posted.model_name == "mnist-is-3"
        assert posted.network.hidden_layers == [100]

    def test_has_an_accuracy_to_stop_by(self) -> None:
        stopping = {"early_stopping": {"patience": 2, "monitor": "val_accuracy"}}
        assert spec(target={"is": [3]}, training=stopping).training.early_stopping is not None

    @pytest.mark.parametrize(
        ("fields", "param", "told"),
        [
            ({"target": {"is": []}}, "target.is", "at least 1 item; received []"),
            ({"target": {"is": [*range(10)]}}, "target.is", "at most 9 items"),
            ({"target": {"is": [3, 3]}}, "target.is", "must differ from each other; received [3,"),
            ({"target": {"is": [10]}}, "target.is[0]", "less than or equal to 9; received 10"),
            ({"target": {"is": [3, -1]}}, "target.is[1]", "greater than or equal to 0"),
            ({"target": {"is": [True]}}, "target.is[0]", "a valid integer; received true"),
            ({"target": {"is": 3}}, "target.is", "a valid list; received 3"),
            ({"target": [3]}, "target", "must be an object; received [3]"),
            ({"target": {}}, "target.is", "is required"),
            ({"target": {"is": [3], "not": [4]}}, "target.not", "target takes: is; received [4]"),
            ({"dataset": "eckerle4", "target": {"is": [3]}}, "target", "eckerle4 holds no digits"),
        ],
    )
    def test_what_asks_nothing_is_refused(
        self, fields: dict[str, Any], param: str | None, told: str
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            spec(**fields)
        problem = first_problem(refused.value, ExperimentSpec)
        assert problem.param == param
        assert told in problem.message


class TestModelName:
    @given(DIGITS, DIGITS)
    def test_is_one_for_each_target(self, digits: list[int], others: list[int]) -> None:
        names = [model_name("mnist", target(*chosen)) for chosen in (digits, others)]
        assert (names[0] == names[1]) == (set(digits) == set(others))
        assert all(map(is_model_name, names))

    def test_tells_data_set_and_target(self) -> None:
        assert spec().model_name == "mnist"
        assert spec(target={"is": [3]}).model_name == "mnist-is-3"
        assert spec(target={"is": [9, 7, 5, 3, 1]}).model_name == "mnist-is-1-3-5-7-9"

    @pytest.mark.parametrize("name", DATASETS)
    def test_of_a_data_set_is_its_own(self, name: str) -> None:
        assert is_model_name(name)

    @pytest.mark.parametrize(
        "name",
        [
            *("", "cifar", "cifar-is-3", "mnist-", "mnist-is", "mnist-is-", "mnist-3"),
            *("mnist-is-10", "mnist-is-03", "mnist-is-3-1", "mnist-is-3-3", "mnist-is-x"),
            *("mnist-is-٣", "mnist-is- 3", "mnist-is-3-is-4", "mnist-is-0-1-2-3-4-5-6-7-8-9"),
            *("eckerle4-is-3", "mnist-is-" + "3" * 5_000),
        ],
    )
    def test_is_nothing_else(self, name: str) -> None:
        assert not is_model_name(name)


class TestTowards:
    @pytest.fixture
    def make(self) -> Callable[..., Dataset]:
        def _make(validation: bool = True) -> Dataset:
            labels = np.arange(10, dtype=np.int32)
            rows = Rows(np.zeros((10, 784), np.float32), labels)
            return Dataset(DATASETS["mnist"], rows, rows if validation else None, rows, Scale(0, 1))

        return _make

    def test_labels_are_1_for_the_targets_digits(self, make: Callable[..., Dataset]) -> None:
        asked = towards(make(), target(1, 3, 5, 7, 9))
        assert asked.validation is not None
        for rows in (asked.train, asked.validation, asked.test):
            assert rows.targets.tolist() == [0, 1] * 5
            assert rows.targets.dtype == np.int32
        assert (asked.info.task, asked.info.outputs) == ("binary_classification", 1)

    def test_inputs_are_not_copied(self, make: Callable[..., Dataset]) -> None:
        dataset = make()
        asked = towards(dataset, target(3))
        assert asked.train.inputs is dataset.train.inputs
        assert asked.test.inputs is dataset.test.inputs
        assert dataset.train.targets.tolist() == [*range(10)]

    def test_no_validation_rows_stay_none(self, make: Callable[..., Dataset]) -> None:
        assert towards(make(validation=False), target(3)).validation is None

    def test_without_a_target_is_the_same(self, make: Callable[..., Dataset]) -> None:
        dataset = make()
        assert towards(dataset, None) is dataset
