"""Posting, reading, cancelling and deleting of experiments."""

from itertools import product

import pytest
from sqlalchemy import func, select, update

from fitserve_core.errors import ConflictError, LeaseLostError, NotFoundError
from fitserve_core.seeds import run_seed
from fitserve_core.store import Store
from fitserve_core.store.tables import epoch, event, experiment, run
from support import stories


class TestCreate:
    def test_has_all_its_runs_queued(self, store: Store) -> None:
        experiment = stories.post(store, repetitions=2, learning_rates=(0.1, 0.01, 0.001))
        assert experiment.status == "queued"
        assert experiment.runs.queued == experiment.runs.total == 6
        assert experiment.progress.epochs_total == 18

    def test_records_distinct_seeds_derived_from_its_own(self, store: Store) -> None:
        experiment = stories.post(store, repetitions=3, learning_rates=(0.1, 0.01))
        runs = stories.runs(store, experiment.id)
        assert [found.seed for found in runs] == [
            run_seed(0, cell, repetition) for cell in range(2) for repetition in range(3)
        ]
        assert len({found.seed for found in runs}) == 6

    def test_same_key_and_spec_is_the_same_experiment(self, store: Store) -> None:
        first = store.experiments.create(stories.spec(), "a key")
        assert store.experiments.create(stories.spec(), "a key").id == first.id

    def test_same_key_with_another_spec_is_refused_by_the_key(self, store: Store) -> None:
        store.experiments.create(stories.spec(), "a key")
        with pytest.raises(ConflictError, match="'a key' was used") as refused:
            store.experiments.create(stories.spec(repetitions=2), "a key")
        assert refused.value.param == "Idempotency-Key"


class TestPage:
    def test_is_newest_first_and_complete(self, store: Store) -> None:
        posted = {stories.post(store).id for _ in range(5)}
        seen: list[str] = []
        has_more = True
        while has_more:
            found, has_more = store.experiments.page(limit=2, after=seen[-1] if seen else None)
            seen += [experiment.id for experiment in found]
        assert set(seen) == posted
        assert seen == sorted(seen, reverse=True)

    def test_filters_by_status(self, store: Store) -> None:
        cancelled, queued = stories.post(store), stories.post(store)
        store.experiments.cancel(cancelled.id)
        assert [e.id for e in store.experiments.page(limit=9, status="cancelled")[0]] == [
            cancelled.id
        ]
        assert [e.id for e in store.experiments.page(limit=9, status="queued")[0]] == [queued.id]

    def test_filters_by_dataset(self, store: Store) -> None:
        stories.post(store)
        assert store.experiments.page(limit=9, dataset="eckerle4") == ([], False)

    def test_of_all_filters_together_follow_each_other_without_a_gap(self, store: Store) -> None:
        ids = []
        for dataset, tags in [("mnist", ["thesis"]), ("eckerle4", []), ("mnist", [])] * 4:
            spec = stories.spec(dataset=dataset).model_copy(update={"tags": tags})
            ids.append(store.experiments.create(spec).id)
        ended = set(ids[2:8])
        for id_ in ended:
            store.experiments.cancel(id_)
        whole, _ = store.experiments.page(limit=100)
        for status, dataset, tag in product(
            (None, "queued", "cancelled", "failed"), (None, "mnist", "eckerle4"), (None, "thesis")
        ):
            wanted = {"status": status, "dataset": dataset, "tag": tag}
            expected = [
                each.id
                for each in whole
                if status in {None, each.status}
                and dataset in {None, each.spec.dataset}
                and (tag is None or tag in each.spec.tags)
            ]
            seen: list[str] = []
            has_more = True
            while has_more:
                after = seen[-1] if seen else None
                found, has_more = store.experiments.page(limit=2, after=after, **wanted)
                seen += [each.id for each in found]
            assert seen == expected, wanted

    def test_tells_of_specs_that_are_refused_now(self, store: Store) -> None:
        id_ = stories.post(store).id
        refused = stories.spec().model_dump(mode="json") | {"repetitions": 10**9}
        with store.database.writing() as connection:
            connection.execute(update(experiment).values(spec=refused))
        assert store.experiments.get(id_).spec.repetitions == 10**9

    def test_filters_by_a_tag_as_it_stands(self, store: Store) -> None:
        spec = stories.spec().model_copy(update={"tags": ["thesis", "momentum", "thesis"]})
        tagged = store.experiments.create(spec).id
        stories.post(store)

        def found(tag: str) -> list[str]:
            return [each.id for each in store.experiments.page(limit=9, tag=tag)[0]]

        assert (found("thesis"), found("momentum"), found("the")) == ([tagged], [tagged], [])
        store.experiments.describe(tagged, {"name": "another"})
        assert found("thesis") == [tagged]
        store.experiments.describe(tagged, {"tags": ["momentum"]})
        assert (found("thesis"), found("momentum")) == ([], [tagged])
        store.experiments.cancel(tagged)
        store.experiments.delete(tagged)
        assert found("momentum") == []

    def test_tells_places_in_the_queue_whatever_else_is_on_the_page(self, store: Store) -> None:
        ids = [stories.post(store, dataset=name).id for name in ("mnist", "eckerle4") * 3]
        store.experiments.cancel(ids[2])
        page = store.experiments.page(limit=9)[0]
        assert [each.queue_place for each in page] == [5, 4, 3, None, 2, 1]
        page = store.experiments.page(limit=2, dataset="eckerle4")[0]
        assert [each.queue_place for each in page] == [5, 3]


class TestCancel:
    def test_ends_queued_and_running_runs_at_once(self, store: Store) -> None:
        experiment = stories.post(store, repetitions=2)
        claim = stories.take(store)
        cancelled = store.experiments.cancel(experiment.id)
        assert cancelled.status == "cancelled"
        assert cancelled.runs.cancelled == 2
        with pytest.raises(LeaseLostError):
            store.claims.record(claim, stories.figures(1), stories.CHECKPOINT)

    def test_is_idempotent(self, store: Store) -> None:
        experiment = stories.post(store)
        first = store.experiments.cancel(experiment.id)
        assert store.experiments.cancel(experiment.id) == first

    def test_leaves_an_ended_experiment_as_it_is(self, store: Store) -> None:
        experiment = stories.post(store)
        stories.succeed(store, stories.take(store))
        assert store.experiments.cancel(experiment.id).status == "succeeded"


class TestDelete:
    def test_removes_every_row(self, store: Store) -> None:
        experiment = stories.post(store)
        claim = stories.take(store)
        store.claims.record(claim, stories.figures(1, 2, 3), stories.CHECKPOINT)
        stories.succeed(store, claim)
        store.experiments.delete(experiment.id)
        with pytest.raises(NotFoundError, match=experiment.id):
            store.experiments.get(experiment.id)
        with store.database.reading() as connection:
            for table in (run, epoch, event):
                rows = connection.execute(select(func.count()).select_from(table)).scalar_one()
                assert rows == 0

    def test_is_refused_while_it_runs(self, store: Store) -> None:
        experiment = stories.post(store)
        stories.take(store)
        with pytest.raises(ConflictError, match="is running"):
            store.experiments.delete(experiment.id)


@pytest.mark.parametrize("verb", ["get", "cancel", "delete"])
def test_unknown_id_is_named(store: Store, verb: str) -> None:
    with pytest.raises(NotFoundError, match="exp_nobody") as refused:
        getattr(store.experiments, verb)("exp_nobody")
    assert refused.value.received == "exp_nobody"
