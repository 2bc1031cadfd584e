import subprocess
import sys
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fitserve_core.datasets.registry import DATASETS
from fitserve_core.spec import MAX_EPOCH_ROWS, MAX_PARAMETERS, MAX_RUNS, Activation, ExperimentSpec
from fitserve_core.spec.optimizers import DEFAULT_LEARNING_RATES

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200)
SEEDS = st.integers(0, 2**53 - 1)
OPTIMIZERS = st.sampled_from([*DEFAULT_LEARNING_RATES, {"name": "adam"}]) | st.builds(
    lambda momentum: {"name": "sgd", "momentum": momentum, "nesterov": True},
    st.floats(0, 1, exclude_min=True, exclude_max=True),
)
INITIALIZERS = st.sampled_from(
    ["he_normal", "zeros", {"name": "random_uniform", "minval": -1, "maxval": 1}]
) | st.builds(lambda value: {"name": "constant", "value": value}, st.floats(-1_000, 1_000))
REGULARIZERS = st.fixed_dictionaries({"l1": st.floats(0, 1), "l2": st.floats(0, 1)})
DROPOUTS = st.fixed_dictionaries(
    {"rate": st.floats(0, 1, exclude_max=True)},
    optional={
        "at": st.lists(st.sampled_from(["input", "hidden", "output"]), min_size=1, unique=True)
    },
)
SCHEDULES = st.just("constant") | st.builds(
    lambda steps, rate: {"name": "exponential_decay", "decay_steps": steps, "decay_rate": rate},
    st.integers(1, 10**9),
    st.floats(0, 1, exclude_min=True),
)
# May be given as a bare name, and are kept as an object.
NAMED = {"optimizer", "schedule", "kernel_initializer", "bias_initializer"}
SPECS = st.fixed_dictionaries(
    {"dataset": st.sampled_from(list(DATASETS))},
    optional={
        "name": TEXTS,
        "tags": st.lists(TEXTS.filter(lambda text: 0 < len(text) <= 50), max_size=3),
        "notes": TEXTS,
        "network": st.fixed_dictionaries(
            {},
            optional={
                "hidden_layers": st.lists(st.integers(1, 500), max_size=64),
                "activation": st.sampled_from(get_args(Activation)),
                "kernel_initializer": INITIALIZERS,
                "bias_initializer": INITIALIZERS,
                "regularizer": REGULARIZERS,
                "dropout": DROPOUTS,
            },
        ),
        "training": st.fixed_dictionaries(
            {},
            optional={
                "optimizer": OPTIMIZERS,
                "learning_rates": st.lists(
                    st.floats(0, 1_000, exclude_min=True), min_size=1, max_size=5, unique=True
                ),
                "schedule": SCHEDULES,
                "batch_size": st.integers(1, 60_000),
                "epochs": st.integers(1, 1_000),
            },
        ),
        "repetitions": st.integers(1, 1_000),
        "seed": SEEDS,
        "split": st.fixed_dictionaries({}, optional={"seed": SEEDS}),
        "scaling": st.sampled_from(["train", "full"]),
    },
)


class TestRoundTrip:
    @given(SPECS)
    def test_a_spec_is_the_same_after_json(self, given_fields):
        spec = ExperimentSpec.model_validate(given_fields)
        again = ExperimentSpec.model_validate_json(spec.model_dump_json())
        assert again == spec
        assert again.model_dump_json() == spec.model_dump_json()

    @given(SPECS)
    def test_what_was_given_is_kept(self, given_fields):
        kept = ExperimentSpec.model_validate(given_fields).model_dump()
        for name in given_fields.keys() - {"network", "training", "split"}:
            assert kept[name] == given_fields[name]
        for part in given_fields.keys() & {"network", "training", "split"}:
            for name in given_fields[part].keys() - NAMED:
                given = given_fields[part][name]
                if isinstance(given, dict):
                    assert given.items() <= kept[part][name].items()
                else:
                    assert kept[part][name] == given

    @given(SPECS)
    def test_every_learning_rate_is_a_cell_with_a_plan(self, given_fields):
        spec = ExperimentSpec.model_validate(given_fields)
        cells = spec.cells
        assert [cell.plan.learning_rate for cell in cells] == spec.training.learning_rates
        assert [cell.config["learning_rate"] for cell in cells] == spec.training.learning_rates
        assert {cell.plan.seed for cell in cells} == {spec.seed}


class TestDefaults:
    @pytest.mark.parametrize(
        ("training", "learning_rates"),
        [
            ({}, [0.01]),
            ({"optimizer": {"name": "sgd"}}, [0.01]),
            *(({"optimizer": name}, rates) for name, rates in DEFAULT_LEARNING_RATES.items()),
        ],
    )
    def test_learning_rates_follow_the_optimizer(self, training, learning_rates):
        spec = ExperimentSpec.model_validate({"dataset": "mnist", "training": training})
        assert spec.training.learning_rates == learning_rates

    @pytest.mark.parametrize("info", DATASETS.values(), ids=list(DATASETS))
    def test_a_part_given_in_part_is_filled_from_the_data_set(self, info):
        spec = ExperimentSpec.model_validate(
            {"dataset": info.name, "network": {"activation": "tanh"}, "training": {"epochs": 3}}
        )
        defaults = info.spec_defaults
        assert spec.network.hidden_layers == defaults["network"]["hidden_layers"]
        assert spec.training.batch_size == defaults["training"]["batch_size"]
        assert spec.repetitions == defaults["repetitions"]


class TestBounds:
    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"network": {"hidden_layers": [16_384, 16_384]}}, f"at most {MAX_PARAMETERS:,}"),
            (
                {
                    "training": {"learning_rates": list(range(1, 12))},
                    "repetitions": 1_000,
                },
                f"11,000 runs; at most {MAX_RUNS:,}",
            ),
            (
                {"training": {"epochs": 100_000}, "repetitions": 100},
                f"10,000,000 rows; at most {MAX_EPOCH_ROWS:,}",
            ),
            (
                {"network": {"batch_normalization": True}, "training": {"batch_size": 1}},
                "batch_size of at least 2",
            ),
            ({"split": {"validation_share": 0.2}}, "has validation rows of its own"),
            (
                {"dataset": "eckerle4", "training": {"early_stopping": {"patience": 3}}},
                "needs validation rows",
            ),
            (
                {
                    "dataset": "eckerle4",
                    "split": {"validation_share": 0.2},
                    "training": {"early_stopping": {"patience": 3, "monitor": "val_accuracy"}},
                },
                "must be 'val_loss'",
            ),
            (
                {"dataset": "eckerle4", "training": {"augmentation": {"shift": 1}}},
                "changes images, and eckerle4 has none",
            ),
            (
                {"training": {"optimizer": "lbfgs", "augmentation": {"noise": 1}}},
                "must be left out with lbfgs",
            ),
            (
                {"network": {"hidden_layers": []}, "training": {"pretraining": {"epochs": 3}}},
                "trains hidden layers",
            ),
            (
                {"warm_start": "mnist", "training": {"pretraining": {"epochs": 3}}},
                "both choose the first weights",
            ),
            ({"training": {"learning_rates": [0.1, 0.1]}}, "must differ"),
            ({"training": {"optimizer": {"name": "sgd", "nesterov": True}}}, "needs a momentum"),
        ],
    )
    def test_what_the_house_cannot_hold_is_refused(self, fields, message):
        with pytest.raises(ValidationError, match=message):
            ExperimentSpec.model_validate({"dataset": "mnist", **fields})

    @pytest.mark.parametrize("name", [[], {}, None, 5, "lion"])
    def test_an_optimizer_of_no_known_name_is_refused(self, name):
        with pytest.raises(ValidationError, match=r"training\.optimizer"):
            ExperimentSpec.model_validate(
                {"dataset": "mnist", "training": {"optimizer": {"name": name}}}
            )


class TestEarlyStopping:
    @pytest.mark.parametrize(
        "fields",
        [{"dataset": "mnist"}, {"dataset": "eckerle4", "split": {"validation_share": 0.2}}],
    )
    def test_reaches_the_plan_where_there_are_validation_rows(self, fields):
        stopping = {"early_stopping": {"patience": 3}}
        spec = ExperimentSpec.model_validate({**fields, "training": stopping})
        plan = spec.cells[0].plan
        assert plan.early_stopping.patience == 3
        assert plan.early_stopping.monitor == "val_loss"
        assert plan.split == spec.split


class TestImports:
    @pytest.mark.parametrize(
        "module", ["spec", "results", "errors", "received", "validation", "datasets.registry"]
    )
    def test_what_the_client_reads_needs_no_numpy(self, module):
        code = f"import fitserve_core.{module}, sys; sys.exit('numpy' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
