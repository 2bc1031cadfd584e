import json
import statistics
from collections import Counter

import pytest

from fitserve_core.catalogue.published import CatalogueEntry
from fitserve_core.catalogue.registry import CATALOGUE, close_names, find
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.errors import NotFoundError
from fitserve_core.spec import ExperimentSpec


def entry_cases(entries):
    return [pytest.param(entry, id=entry.id) for entry in entries]


WITH_VALUES = [
    pytest.param(figure, id=f"{entry.id}-{name}")
    for entry in CATALOGUE.values()
    for name, figure in entry.published.items()
    if figure.n > 1 and figure.values
]


class TestSpec:
    @pytest.mark.parametrize("entry", entry_cases(CATALOGUE.values()))
    def test_is_accepted_as_it_stands(self, entry):
        spec = ExperimentSpec.model_validate(entry.spec)
        kept = spec.model_dump(mode="json")
        assert kept["name"] == entry.title
        for part in ("network", "training"):
            for knob, value in entry.spec[part].items():
                if isinstance(kept[part][knob], dict):
                    named = {"name": value} if isinstance(value, str) else value
                    assert kept[part][knob].items() >= named.items()
                else:
                    assert kept[part][knob] == value

    @pytest.mark.parametrize(
        "entry", entry_cases(entry for entry in CATALOGUE.values() if entry.parameters)
    )
    def test_has_the_parameters_that_the_sheet_counts(self, entry):
        # Batch normalization has four a unit and is not what Dense layers count.
        widths = entry.spec["network"]["hidden_layers"]
        normalization = 4 * sum(widths) if "batch_normalization" in entry.spec["network"] else 0
        spec = ExperimentSpec.model_validate(
            {"dataset": entry.spec["dataset"], "network": {"hidden_layers": widths}}
        )
        info = DATASETS[spec.dataset]
        dense = spec.network.parameters(info.inputs, info.outputs)
        assert dense + normalization == entry.parameters

    @pytest.mark.parametrize("entry", entry_cases(CATALOGUE.values()))
    def test_is_plain_json(self, entry):
        assert json.loads(json.dumps(entry.spec, allow_nan=False)) == entry.spec
        assert CatalogueEntry.model_validate_json(entry.model_dump_json()) == entry


class TestPublished:
    @pytest.mark.parametrize("figure", WITH_VALUES)
    def test_mean_and_deviation_are_those_of_the_values(self, figure):
        assert len(figure.values) == figure.n == 4
        # The sheet rounds the values of a digit's series to six decimals, and so its results.
        assert statistics.mean(figure.values) == pytest.approx(figure.mean, abs=1.1e-6)
        assert statistics.stdev(figure.values) == pytest.approx(figure.std, abs=1.6e-6)

    @pytest.mark.parametrize("entry", entry_cases(CATALOGUE.values()))
    def test_holds_what_a_reproduction_is_judged_by(self, entry):
        if entry.like is not None:
            assert CATALOGUE[entry.like].published.keys() >= set(entry.deciding_figures) != set()
        else:
            assert entry.published.keys() >= set(entry.deciding_figures)
            assert bool(entry.published) == bool(entry.deciding_figures)
        told_in_words = entry.like or entry.verdict == "did_not_train"
        assert bool(entry.published or told_in_words) == (entry.group != "recommended")

    def test_the_sheets_best_is_where_the_sheet_has_it(self):
        eckerle4 = [entry for entry in CATALOGUE.values() if "test_mse" in entry.published]
        best = min(eckerle4, key=lambda entry: entry.published["test_mse"].mean)
        assert (best.id, best.published["test_mse"].mean) == ("eckerle4-128-128-64", 0.003066)
        assert CATALOGUE["mnist-P"].published["test_accuracy"].mean == 0.9853


class TestWhole:
    def test_every_row_of_the_sheet_is_there(self):
        assert Counter(entry.group for entry in CATALOGUE.values()) == {
            "eckerle4": 16,
            "learning_rates": 6,
            "configurations": 21,
            "depth": 15,
            "claims": 6,
            "recommended": 2,
        }
        assert [name for name in CATALOGUE if name.startswith("mnist-") and len(name) == 7] == [
            f"mnist-{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTU"
        ]

    def test_runs_are_as_many_as_the_sheet_made(self):
        repetitions = {e.group: e.spec["repetitions"] for e in CATALOGUE.values()}
        assert repetitions == {
            "eckerle4": 4,
            "learning_rates": 4,
            "configurations": 1,
            "depth": 1,
            "claims": 1,
            "recommended": 3,
        }

    def test_a_choice_of_ours_is_told(self):
        assert "0.96" in CATALOGUE["mnist-S"].notes[0]
        assert [e.id for e in CATALOGUE.values() if e.continued] == [
            e.id for e in CATALOGUE.values() if e.group == "learning_rates"
        ]


class TestFind:
    def test_by_id(self):
        assert find("mnist-B").spec["network"]["hidden_layers"] == [100]

    def test_unknown_names_the_close_ones(self):
        with pytest.raises(NotFoundError, match="close: depth-6-relu,") as refused:
            find("depth-6-rel")
        assert refused.value.received == "depth-6-rel"

    def test_nothing_is_close_to_anything_else(self):
        assert close_names("") == close_names("§" * 10_000) == []
        with pytest.raises(NotFoundError, match="GET /catalogue lists all"):
            find("§")

    def test_case_plays_no_part(self):
        assert close_names("MNIST-b")[0] == "mnist-B"
