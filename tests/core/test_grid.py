"""A grid: which cells it makes, and which it refuses to make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fitserve_core.errors import InvalidInputError
from fitserve_core.spec import MAX_RUNS, ExperimentSpec
from fitserve_core.validation import first_problem

LAYERS = [[50], [100], [20, 20]]


def posted(**fields: object) -> ExperimentSpec:
    return ExperimentSpec.model_validate({"dataset": "eckerle4", **fields})


def refusal(**fields: object) -> InvalidInputError:
    with pytest.raises(ValidationError) as refused:
        posted(**fields)
    return first_problem(refused.value, ExperimentSpec)


class TestCells:
    def test_cross_every_value_with_every_other_and_the_learning_rates(self) -> None:
        spec = posted(
            grid={"network.hidden_layers": LAYERS, "training.optimizer": ["adam", "sgd"]},
            training={"learning_rates": [0.1, 0.01]},
        )
        cells = spec.cells
        assert len(cells) == 12
        assert cells[1].config == {
            "learning_rate": 0.01,
            "network.hidden_layers": [50],
            "training.optimizer": "adam",
        }
        assert cells[-1].plan.network.hidden_layers == [20, 20]
        assert cells[-1].plan.optimizer.name == "sgd"

    def test_learning_rates_may_be_one_of_the_axes(self) -> None:
        spec = posted(grid={"training.learning_rates": [0.1, 0.2], "seed": [5, 6]})
        assert [cell.config for cell in spec.cells] == [
            {"learning_rate": rate, "seed": seed} for rate in (0.1, 0.2) for seed in (5, 6)
        ]
        assert [cell.plan.seed for cell in spec.cells] == [5, 6, 5, 6]

    def test_optimizers_with_and_without_mini_batches_are_crossed(self) -> None:
        cells = list(posted(grid={"training.optimizer": ["lbfgs", "sgd"]}).cells)
        assert [cell.config for cell in cells] == [
            {"training.optimizer": "lbfgs"},
            {"learning_rate": 0.001, "training.optimizer": "sgd"},
        ]
        assert [cell.plan.batch_size for cell in cells] == [None, 2]
        base = {"training": {"optimizer": "lbfgs"}, "grid": {"training.optimizer": ["sgd"]}}
        [only] = posted(**base).cells
        assert (only.plan.learning_rate, only.plan.batch_size) == (0.01, 2)

    def test_a_path_may_lead_into_an_object(self) -> None:
        cells = posted(grid={"network.dropout.rate": [0.1, 0.2]}).cells
        assert [cell.plan.network.dropout.rate for cell in cells] == [0.1, 0.2]

    @given(st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True), st.integers(1, 3))
    def test_all_else_is_as_the_spec_says(self, widths: list[int], epochs: int) -> None:
        spec = posted(
            grid={"network.hidden_layers": [[width] for width in widths]},
            training={"epochs": epochs},
        )
        plain = posted(training={"epochs": epochs}).cells[0].plan
        for cell, width in zip(spec.cells, widths, strict=True):
            network = plain.network.model_copy(update={"hidden_layers": [width]})
            assert cell.plan == plain.model_copy(update={"network": network})

    def test_the_spec_is_the_same_after_json(self) -> None:
        spec = posted(grid={"network.hidden_layers": LAYERS, "split.seed": [1, 2]})
        again = ExperimentSpec.model_validate_json(spec.model_dump_json())
        assert again.cells == spec.cells


class TestRefusals:
    @pytest.mark.parametrize(
        ("grid", "message"),
        [
            (
                {"network.hiden_layers": [[5]]},
                "unknown field 'hiden_layers'; network takes",
            ),
            ({"network.hidden_layers": [[5], [0]]}, r"hidden_layers[0]: must be greater than"),
            ({"target": [{"is": [3]}]}, "dataset and target, needs an experiment each"),
            ({"name": ["a"]}, "can cross fields of network, training, split, scaling, seed"),
            ({"seed": [1, 1]}, "values of seed must differ"),
            ({"seed": []}, "must have at least 1 item"),
            ({"training.early_stopping.patience": [3]}, "early_stopping is not an object here"),
            (
                {"network.dropout": [{"rate": 0.1}], "network.dropout.rate": [0.2]},
                "network.dropout holds network.dropout.rate",
            ),
            (
                {"network.batch_normalization": [False, True], "training.batch_size": [1, 2]},
                "batch_size of at least 2",
            ),
        ],
    )
    def test_say_which_value_of_which_path(self, grid: dict[str, object], message: str) -> None:
        problem = refusal(grid=grid)
        assert message in problem.message
        assert problem.param is not None
        assert problem.param.startswith("grid")

    def test_a_combination_names_its_values(self) -> None:
        grid = {"network.batch_normalization": [False, True], "training.batch_size": [2, 1]}
        assert refusal(grid=grid).received == {
            "network.batch_normalization": True,
            "training.batch_size": 1,
        }

    def test_more_runs_than_the_house_holds_are_counted_before_they_are_made(self) -> None:
        grid = {f"training.{name}": list(range(1, 1_001)) for name in ("epochs", "batch_size")}
        assert f"1,000,000 runs; at most {MAX_RUNS:,}" in refusal(grid=grid, repetitions=1).message

    def test_folds_count_as_runs(self) -> None:
        problem = refusal(split={"folds": 21}, repetitions=500)
        assert "10,500 runs" in problem.message
        assert problem.param == "repetitions"


class TestFolds:
    def test_and_a_share_exclude_each_other(self) -> None:
        problem = refusal(split={"folds": 3, "validation_share": 0.2})
        assert "give one" in problem.message
        assert problem.param == "split.folds"

    def test_are_refused_where_validation_rows_are_given(self) -> None:
        with pytest.raises(ValidationError, match="has validation rows of its own"):
            ExperimentSpec.model_validate({"dataset": "mnist", "split": {"folds": 3}})

    def test_let_early_stopping_watch(self) -> None:
        spec = posted(split={"folds": 3}, training={"early_stopping": {"patience": 3}})
        assert spec.cells[0].plan.early_stopping is not None
