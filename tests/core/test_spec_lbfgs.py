"""What L-BFGS takes: no mini-batches, no learning rates, no noise; and it is one cell."""

import pytest
from pydantic import ValidationError

from fitserve_core.datasets.registry import DATASETS
from fitserve_core.spec import ExperimentSpec
from fitserve_core.spec.full_batch import MAX_WORKSPACE
from fitserve_core.validation import first_problem


def spec(**training):
    recipe = {"optimizer": "lbfgs"} | training
    return ExperimentSpec.model_validate({"dataset": "eckerle4", "training": recipe})


def refusal(**fields):
    with pytest.raises(ValidationError) as refused:
        ExperimentSpec.model_validate({"dataset": "mnist", **fields})
    return first_problem(refused.value, ExperimentSpec)


class TestCell:
    @pytest.mark.parametrize("dataset", DATASETS)
    def test_is_one_without_knobs_whatever_the_data_set_assumes(self, dataset):
        given = {"dataset": dataset, "training": {"optimizer": "lbfgs"}, "repetitions": 3}
        experiment = ExperimentSpec.model_validate(given)
        [cell] = experiment.cells
        assert cell.config == {}
        assert (cell.plan.learning_rate, cell.plan.batch_size) == (None, None)
        assert cell.plan.epochs == experiment.training.epochs

    def test_reads_its_own_json(self):
        experiment = spec(epochs=50)
        again = ExperimentSpec.model_validate_json(experiment.model_dump_json())
        assert again == experiment
        assert again.training.optimizer.history == 10


class TestRefusal:
    @pytest.mark.parametrize(
        ("name", "value", "told"),
        [
            ("learning_rates", [0.01], "must be left out with lbfgs, which finds the length"),
            ("batch_size", 8, "must be left out with lbfgs, whose every step sees all"),
            (
                "schedule",
                {"name": "cosine_decay", "decay_steps": 9},
                "must be left out with lbfgs, which has no learning rate to change; received "
                "'cosine_decay'",
            ),
        ],
    )
    def test_of_what_it_does_not_take(self, name, value, told):
        problem = refusal(training={"optimizer": "lbfgs", name: value})
        assert problem.param == f"training.{name}"
        assert told in problem.message
        assert problem.received == value

    @pytest.mark.parametrize("name", ["learning_rates", "batch_size", "schedule"])
    def test_of_their_absence_with_another_optimizer(self, name):
        problem = refusal(training={"optimizer": "adam", name: None})
        assert problem.param == f"training.{name}"
        assert "must be given with adam; received null" in problem.message

    @pytest.mark.parametrize(
        ("network", "told"),
        [
            ({"dropout": {"rate": 0.2}}, "network.dropout: must be left out with lbfgs"),
            ({"batch_normalization": True}, "batch_normalization: must be left out with lbfgs"),
        ],
    )
    def test_of_noise(self, network, told):
        assert told in refusal(network=network, training={"optimizer": "lbfgs"}).message

    def test_of_more_than_memory_holds(self):
        network = {"hidden_layers": [13_000]}
        assert ExperimentSpec.model_validate({"dataset": "mnist", "network": network})
        told = refusal(network=network, training={"optimizer": "lbfgs"}).message
        assert f"at most {MAX_WORKSPACE:,}; received history=10" in told
        fewer = {"optimizer": {"name": "lbfgs", "history": 2}}
        assert ExperimentSpec.model_validate(
            {"dataset": "mnist", "network": network, "training": fewer}
        )
