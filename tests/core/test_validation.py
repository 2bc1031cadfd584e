import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from fitserve_core.errors import InvalidInputError
from fitserve_core.spec import ExperimentSpec
from fitserve_core.validation import first_problem, problems

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def nearly(**fields):
    """Objects with these fields, some left out, some replaced by any JSON, some unknown."""
    return st.fixed_dictionaries(
        {}, optional={name: values | JSON for name, values in fields.items()} | {"odd": JSON}
    )


NEARLY_SPECS = nearly(
    dataset=st.sampled_from(["mnist", "eckerle4"]),
    network=nearly(
        hidden_layers=st.lists(st.integers() | JSON, max_size=5),
        activation=st.sampled_from(["relu", "softmax"]),
    ),
    training=nearly(
        optimizer=st.sampled_from(["sgd", "adam"])
        | nearly(
            name=st.sampled_from(["sgd", "adam", "lion"]),
            momentum=st.floats(),
            nesterov=st.booleans(),
        ),
        learning_rates=st.lists(st.floats() | st.integers(), max_size=4),
        batch_size=st.integers(),
        epochs=st.integers(),
    ),
    repetitions=st.integers(),
    seed=st.integers(),
    split=nearly(seed=st.integers()),
    scaling=st.sampled_from(["train", "full"]),
)


def refusal(given: object, model: type[BaseModel] = ExperimentSpec) -> InvalidInputError:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(given)
    return first_problem(refused.value, model)


class TestAnyInput:
    @given(JSON | NEARLY_SPECS)
    def test_is_a_spec_or_a_problem_that_strict_json_can_carry(self, value):
        try:
            spec = ExperimentSpec.model_validate(value)
        except ValidationError as error:
            problem = first_problem(error)
            assert problem.message
            assert problem.param is None or problem.param in problem.message
            wire = json.dumps([problem.message, problem.param, problem.received], allow_nan=False)
            assert len(wire.encode()) < 20_000
        else:
            assert ExperimentSpec.model_validate_json(spec.model_dump_json()) == spec


class TestPath:
    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"network": {"hidden_layers": [10, -1]}}, "network.hidden_layers[1]"),
            ({"training": {"learning_rates": [0.1, "0.1"]}}, "training.learning_rates[1]"),
            (
                {"training": {"optimizer": {"name": "sgd", "momentum": 2}}},
                "training.optimizer.momentum",
            ),
            (
                {"training": {"optimizer": {"name": "adam", "momentum": 0.9}}},
                "training.optimizer.momentum",
            ),
            *(
                (
                    {"training": {"optimizer": {"name": name, knob: value}}},
                    f"training.optimizer.{knob}",
                )
                for name, knob, value in [
                    ("nadam", "momentum", 0.9),
                    ("adagrad", "momentum", 0.9),
                    ("adadelta", "momentum", 0.9),
                    ("rmsprop", "nesterov", True),
                    ("rmsprop", "momentum", 1.0),
                ]
            ),
            ({"training": {"optimizer": {"name": "sgd", "nesterov": True}}}, "training.optimizer"),
            ({"training": {"optimizer": "lion"}}, "training.optimizer"),
            (
                {"network": {"kernel_initializer": {"name": "random_normal", "stddev": 0}}},
                "network.kernel_initializer.stddev",
            ),
            (
                {"network": {"bias_initializer": {"name": "random_uniform", "minval": 1}}},
                "network.bias_initializer",
            ),
            ({"network": {"bias_initializer": "constant"}}, "network.bias_initializer.value"),
            ({"network": {"regularizer": {"l1": -0.1}}}, "network.regularizer.l1"),
            ({"training": {"schedule": "exponential_decay"}}, "training.schedule.decay_steps"),
            (
                {"training": {"schedule": {"name": "constant", "decay_rate": 0.5}}},
                "training.schedule.decay_rate",
            ),
            ({"network": {"dropout": {"rate": 1.0}}}, "network.dropout.rate"),
            ({"network": {"dropout": {"at": ["between"]}}}, "network.dropout.at[0]"),
            ({"network": {"dropout": {"at": ["input", "input"]}}}, "network.dropout.at"),
            ({"split": {"seed": -1}}, "split.seed"),
            ({"learning_rate": 0.1}, "learning_rate"),
        ],
    )
    def test_is_what_the_user_wrote(self, given, path):
        assert refusal({"dataset": "mnist", **given}).param == path

    def test_a_value_refused_as_a_whole_has_none(self):
        assert refusal([]).param is None
        assert refusal([]).message == "must be an object; received []"

    def test_of_other_models_walks_lists_objects_and_unions(self):
        class Inner(BaseModel):
            model_config = ConfigDict(extra="forbid")
            size: int

        class Outer(BaseModel):
            many: list[Inner] = []
            named: dict[str, Inner] = {}
            maybe: Inner | None = None
            either: int | Inner = 0

        given = {
            "many": [{"size": 1}, {"size": "x"}],
            "named": {"a": {"size": 1, "odd": 2}},
            "maybe": {},
            "either": {"size": None},
        }
        with pytest.raises(ValidationError) as refused:
            Outer.model_validate(given)
        told = problems(refused.value.errors(), Outer)
        found = {problem.path: problem.message for problem in told}
        assert list(found) == ["many[1].size", "named.a.odd", "maybe.size", "either", "either.size"]
        assert found["named.a.odd"] == "unknown field 'odd'; a takes: size; received 2"


class TestMessage:
    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (
                {"training": {"optimizer": {"name": "adam", "nesterov": True}}},
                "training.optimizer.nesterov: unknown field 'nesterov'; adam takes: name; "
                "received true",
            ),
            (
                {"network": {"units": 5}},
                "network.units: unknown field 'units'; network takes: hidden_layers, activation, "
                "kernel_initializer, bias_initializer, regularizer, dropout, batch_normalization; "
                "received 5",
            ),
            (
                {"training": {"optimizer": "lion"}},
                "training.optimizer: must be a name or an object with a name, one of 'sgd', "
                "'adam', 'nadam', 'adagrad', 'adadelta', 'rmsprop'; received {\"name\": \"lion\"}",
            ),
            (
                {"network": {"activation": "softmax"}},
                "network.activation: must be 'relu', 'leaky_relu', 'elu', 'selu', 'gelu', "
                "'softplus', 'sigmoid', 'tanh' or 'linear'; received \"softmax\"",
            ),
            (
                {"training": {"learning_rates": []}},
                "training.learning_rates: must have at least 1 item; received []",
            ),
            (
                {"network": {"hidden_layers": [10**9]}},
                "network.hidden_layers[0]: must be less than or equal to 16384; "
                "received 1000000000",
            ),
            ({"network": None}, "network: must be an object; received null"),
        ],
    )
    def test_tells_what_would_have_been_right_and_what_was_received(self, given, message):
        assert refusal({"dataset": "mnist", **given}).message == message

    def test_an_unknown_field_is_held_against_the_known_ones(self):
        message = refusal({"dataset": "mnist", "foo": 1}).message
        assert message.startswith("foo: unknown field 'foo'; known: name, dataset, target, ")

    def test_a_missing_data_set_lists_the_data_sets(self):
        assert refusal({}).message == "dataset: is required, one of 'mnist', 'eckerle4'"

    def test_lists_every_problem_with_param_and_received_of_the_first(self):
        problem = refusal({"dataset": "mnist", "repetitions": 0, "seed": -1, "scaling": "none"})
        assert (problem.param, problem.received) == ("repetitions", 0)
        assert "seed: must be" in problem.message
        assert "scaling: must be" in problem.message

    def test_counts_what_it_does_not_list(self):
        problem = refusal({"dataset": "mnist"} | {f"field{i}": i for i in range(1_000)})
        assert problem.message.endswith(". 990 more")


class TestReceived:
    @pytest.mark.parametrize(
        ("value", "received"),
        [(float("nan"), "NaN"), (float("-inf"), "-Infinity"), (10**30, "1" + 30 * "0")],
    )
    def test_is_safe_for_json(self, value, received):
        spec = {"dataset": "mnist", "training": {"learning_rates": [value]}}
        assert refusal(spec).received == received

    def test_is_short(self):
        assert refusal({"dataset": "x" * 10**6}).received == "x" * 200 + "…"
        layers = {"hidden_layers": [1] * 100_000}
        assert refusal({"dataset": "mnist", "network": layers}).received == "100,000 numbers"

    def test_of_a_deep_value_is_described(self):
        deep = []
        for _ in range(5_000):
            deep = [deep]
        assert refusal({"dataset": "mnist", "seed": deep}).received == "1 list of 1 item"
