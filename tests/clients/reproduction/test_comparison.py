"""A row of the sheet beside ours."""

import pytest

from fitserve.reproduction.comparison import ComparedRow, compare
from fitserve.reproduction.posts import FIRST_SEED, as_published, for_spread, selected
from fitserve_core.catalogue.registry import CATALOGUE

B = CATALOGUE["mnist-B"]
CURVE = CATALOGUE["eckerle4-128-128-64"]
CHAIN = CATALOGUE["mnist-50-lr-0.001"]
FAILED = CATALOGUE["depth-6-sigmoid-dropout"]
AS_B = {"val_accuracy": 0.9793, "test_accuracy": 0.9797}
NEAR_B = {
    "val_accuracy": [[0.978 + place / 4_000 for place in range(8)]],
    "test_accuracy": [[0.979 + place / 4_000 for place in range(8)]],
}


class TestSingleRuns:
    def test_reproduce_where_every_figure_lies_inside(self, metrics, spread) -> None:
        row = compare(B, B.published, metrics(AS_B), spread(**NEAR_B))
        assert row.reproduced
        assert row.reasons == []
        assert [figure.name for figure in row.figures] == ["val_accuracy", "test_accuracy"]
        assert row.figures[1].published == 0.9797
        assert len(row.figures[1].draws) == 8

    def test_do_not_where_one_figure_lies_outside(self, metrics, spread) -> None:
        far = NEAR_B | {"test_accuracy": [[0.95 + place / 4_000 for place in range(8)]]}
        row = compare(B, B.published, metrics(AS_B), spread(**far))
        assert not row.reproduced
        [reason] = row.reasons
        assert "test accuracy 0.9797 lies above our 99 % interval" in reason

    def test_need_a_measured_spread(self, metrics) -> None:
        row = compare(B, B.published, metrics(AS_B), None)
        assert not row.reproduced
        assert row.reasons[0] == "no spread of val accuracy was measured"

    def test_need_the_sheets_verdict(self, metrics, spread) -> None:
        row = compare(B, B.published, metrics(AS_B, verdicts=["did_not_train"]), spread(**NEAR_B))
        assert row.reasons == [
            "verdict did not train, the sheet's: trained (ours: training loss less than a constant "
            "answer's by 25%, test accuracy 0.9797)"
        ]

    def test_ours_may_be_missing_where_it_was_not_finite(self, metrics, spread) -> None:
        row = compare(B, B.published, metrics({"test_accuracy": None}), spread(**NEAR_B))
        assert row.figures[1].ours is None
        assert row.figures[1].difference is None


class TestVerdicts:
    @pytest.mark.parametrize("verdict", ["did_not_train", "diverged"])
    def test_both_failures_match_did_not_work(self, metrics, verdict: str) -> None:
        row = compare(FAILED, {}, metrics({}, verdicts=[verdict]), None)
        assert row.reproduced

    def test_more_than_half_of_the_runs_decide(self, metrics) -> None:
        def worth(*verdicts: str) -> ComparedRow:
            return compare(FAILED, {}, metrics(*({} for _ in verdicts), verdicts=verdicts), None)

        assert worth("did_not_train", "did_not_train", "diverged", "trained").verdict == "unstable"
        assert worth("did_not_train", "did_not_train", "trained").reproduced
        assert not worth("trained", "trained", "did_not_train").reproduced


class TestMeansOfFour:
    def test_are_drawn_split_by_split(self, metrics, spread) -> None:
        draws = [[0.002 + split / 1_000, 0.004 + split / 1_000] for split in range(8)]
        row = compare(CURVE, CURVE.published, metrics({"test_mse": 0.005}), spread(test_mse=draws))
        [figure] = row.figures
        assert figure.draws == pytest.approx([0.003 + split / 1_000 for split in range(8)])
        assert figure.published == CURVE.published["test_mse"].mean
        assert figure.low is not None
        assert figure.low > 0


class TestChains:
    def test_are_compared_repetition_by_repetition(self, metrics, spread) -> None:
        values = CHAIN.published["val_accuracy"].values
        draws = [[value + chain / 10_000 for value in values] for chain in range(-4, 4)]
        both = {"val_accuracy": draws, "test_accuracy": draws}
        finals = [{"val_accuracy": value, "test_accuracy": value} for value in values]
        row = compare(CHAIN, CHAIN.published, metrics(*finals), spread(**both))
        mine = [figure for figure in row.figures if figure.name == "val_accuracy"]
        assert [figure.repetition for figure in mine] == [1, 2, 3, 4]
        assert [figure.published for figure in mine] == values
        assert all(figure.inside for figure in mine)

    def test_independent_repetitions_are_the_first_of_each_chain(self, metrics, spread) -> None:
        draws = [[0.9 + chain / 100, 0.99, 0.99, 0.99] for chain in range(8)]
        both = {"val_accuracy": draws, "test_accuracy": draws}
        row = compare(CHAIN, CHAIN.published, metrics(*[AS_B] * 4), spread(**both))
        assert [figure.name for figure in row.independent] == ["val_accuracy", "test_accuracy"]
        assert row.independent[0].ours == pytest.approx(0.935)
        assert row.independent[0].published == CHAIN.published["val_accuracy"].mean


class TestPosts:
    def test_keys_differ_by_row_and_campaign_and_are_always_the_same(self) -> None:
        posts = [as_published(entry) for entry in CATALOGUE.values()]
        posts += [post for entry in CATALOGUE.values() if (post := for_spread(entry))]
        assert len({post.key for post in posts}) == len(posts)
        assert as_published(B).key == as_published(B.model_copy()).key

    def test_an_entry_that_changes_is_posted_anew(self) -> None:
        changed = B.model_copy(update={"spec": {**B.spec, "repetitions": 2}})
        assert as_published(changed).key != as_published(B).key

    def test_a_spread_has_eight_draws_of_what_the_sheet_printed(self) -> None:
        assert for_spread(B).body["repetitions"] == 8
        assert len(for_spread(CURVE).body["grid"]["split.seed"]) == 8
        assert len(for_spread(CHAIN).body["grid"]["seed"]) == 8
        assert for_spread(B).body["seed"] == FIRST_SEED != B.spec.get("seed", 0)

    def test_words_alone_have_no_spread(self) -> None:
        assert for_spread(CATALOGUE["mnist-100-momentum-0.9"]) is None
        assert for_spread(CATALOGUE["mnist-100-nadam"]) is not None

    def test_parts_of_the_sheet_make_up_the_whole(self) -> None:
        entries = list(CATALOGUE.values())
        parts = [selected(entries, part) for part in ("eckerle4", "mnist", "depth")]
        assert sorted(e.id for part in parts for e in part) == sorted(
            entry.id for entry in selected(entries, None)
        )
        assert [len(part) for part in parts] == [16, 33, 15]
