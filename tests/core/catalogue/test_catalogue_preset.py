import pytest
from pydantic import TypeAdapter, ValidationError

from fitserve_core.catalogue.preset import PostedSpec
from fitserve_core.catalogue.registry import CATALOGUE
from fitserve_core.spec import ExperimentSpec
from fitserve_core.spec.full_batch import NOT_TAKEN
from fitserve_core.validation import first_problem

POSTED = TypeAdapter(PostedSpec)


def refusal(body):
    with pytest.raises(ValidationError) as refused:
        POSTED.validate_python(body)
    return first_problem(refused.value, ExperimentSpec)


class TestPreset:
    def test_alone_is_the_entry(self):
        spec = POSTED.validate_python({"preset": "mnist-B"})
        assert spec == ExperimentSpec.model_validate(
            {**CATALOGUE["mnist-B"].spec, "preset": "mnist-B"}
        )
        assert (spec.network.hidden_layers, spec.training.batch_size) == ([100], 1)

    def test_other_fields_override(self):
        spec = POSTED.validate_python({"preset": "mnist-B", "name": "mine", "repetitions": 3})
        assert (spec.name, spec.repetitions, spec.training.epochs) == ("mine", 3, 20)

    def test_network_and_training_are_overridden_field_by_field(self):
        spec = POSTED.validate_python(
            {
                "preset": "eckerle4-sgd-nesterov-0.99",
                "network": {"activation": "tanh"},
                "training": {"optimizer": "adam"},
            }
        )
        assert spec.network.hidden_layers == [128, 64, 64]
        assert spec.network.activation == "tanh"
        assert spec.training.optimizer.name == "adam"
        assert (spec.training.learning_rates, spec.training.epochs) == ([0.01], 256)
        assert spec.scaling == "full"

    def test_override_by_lbfgs_drops_what_it_does_not_take(self):
        spec = POSTED.validate_python({"preset": "mnist-S", "training": {"optimizer": "lbfgs"}})
        assert CATALOGUE["mnist-S"].spec["training"].keys() >= set(NOT_TAKEN)
        assert {getattr(spec.training, name) for name in NOT_TAKEN} == {None}
        assert spec.training.epochs == CATALOGUE["mnist-S"].spec["training"]["epochs"]

    def test_override_by_lbfgs_and_what_it_does_not_take_is_refused(self):
        changes = {"optimizer": "lbfgs", "batch_size": 8}
        problem = refusal({"preset": "mnist-S", "training": changes})
        assert (problem.param, problem.received) == ("training.batch_size", 8)

    def test_leaves_the_catalogue_alone(self):
        before = CATALOGUE["mnist-B"].model_dump()
        POSTED.validate_python({"preset": "mnist-B", "network": {"hidden_layers": [7]}})
        assert CATALOGUE["mnist-B"].model_dump() == before

    def test_stored_spec_is_read_back_as_it_was(self):
        spec = POSTED.validate_python({"preset": "mnist-B", "training": {"epochs": 1}})
        assert ExperimentSpec.model_validate_json(spec.model_dump_json()) == spec
        assert POSTED.validate_json(spec.model_dump_json()) == spec

    def test_unknown_names_the_close_ones(self):
        problem = refusal({"preset": "mnist-b"})
        assert (problem.param, problem.received) == ("preset", "mnist-b")
        assert problem.message.startswith("preset: no entry 'mnist-b' in the catalogue")
        assert "close: mnist-B," in problem.message
        assert "dataset" not in problem.message

    def test_override_that_is_wrong_is_told_by_its_path(self):
        problem = refusal({"preset": "mnist-B", "training": {"epochs": 0}})
        assert problem.param == "training.epochs"

    @pytest.mark.parametrize("value", [7, ["mnist-B"], True])
    def test_must_be_a_text(self, value):
        problem = refusal({"preset": value, "dataset": "mnist"})
        assert problem.param == "preset"
        assert "must be a valid string" in problem.message

    def test_null_is_none(self):
        spec = POSTED.validate_python({"preset": None, "dataset": "mnist"})
        assert spec == ExperimentSpec(dataset="mnist")

    @pytest.mark.parametrize("body", [None, "mnist-B", ["preset"], {}, {"presets": "mnist-B"}])
    def test_what_names_none_is_judged_as_a_spec(self, body):
        with pytest.raises(ValidationError) as refused:
            ExperimentSpec.model_validate(body)
        assert refusal(body).message == first_problem(refused.value, ExperimentSpec).message


class TestSchema:
    def test_a_preset_does_without_a_data_set(self):
        schema = POSTED.json_schema()
        whole, named = schema["anyOf"]
        assert whole == {"$ref": "#/$defs/ExperimentSpec"}
        assert named["required"] == ["preset"]
