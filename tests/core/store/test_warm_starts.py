"""Runs that begin with the weights of another: in turn, with its file, or not at all."""

import pytest

from fitserve_core.errors import ConflictError, InvalidInputError, NotFoundError
from fitserve_core.spec import ExperimentSpec
from fitserve_core.store import Store, StoredFile
from fitserve_core.store.activity import activity
from support import stories


def spec(warm_start: str, repetitions: int = 3, **fields: object) -> ExperimentSpec:
    return ExperimentSpec.model_validate(
        {
            "dataset": "mnist",
            "training": {"epochs": 3},
            "repetitions": repetitions,
            "warm_start": warm_start,
            **fields,
        }
    )


def weights(run_id: str) -> StoredFile:
    return StoredFile("weights", f"{run_id}/weights.npz", "1" * 64, 10)


class TestPreviousRepetition:
    def test_is_trained_first_and_gives_its_weights(self, store: Store) -> None:
        store.experiments.create(spec("previous_repetition"))
        first = stories.take(store)
        assert (first.starts_from, first.start) == (None, None)
        assert store.leases.waiting().total() == 0
        assert store.claims.take("another worker", "cpu") is None
        stories.succeed(store, first, files=[weights(first.run_id)])
        assert store.leases.waiting().total() == 1
        second = stories.take(store)
        assert (second.starts_from, second.start) == (first.run_id, weights(first.run_id))

    def test_cells_do_not_wait_for_each_other(self, store: Store) -> None:
        training = {"epochs": 3, "learning_rates": [0.1, 0.01]}
        store.experiments.create(spec("previous_repetition", training=training))
        assert store.leases.waiting().total() == 2

    def test_failure_fails_those_that_wait_for_it(self, store: Store) -> None:
        experiment = store.experiments.create(spec("previous_repetition"))
        first = stories.take(store)
        store.claims.fail(first, "no luck")
        ended = store.experiments.get(experiment.id)
        assert (ended.status, ended.runs.failed) == ("failed", 3)
        errors = [run.error for run in stories.runs(store, experiment.id)]
        assert errors[0] == "no luck"
        assert f"run {first.run_id}, whose weights" in str(errors[1])

    def test_the_queue_holds_those_alone_whose_turn_it_could_be(self, store: Store) -> None:
        def depth() -> int:
            return activity(store.database).queue_depth

        store.experiments.create(spec("previous_repetition"))
        assert depth() == 1
        first = stories.take(store)
        assert depth() == 0
        stories.succeed(store, first, files=[weights(first.run_id)])
        assert depth() == 1

    def test_metrics_tell_what_a_run_started_from(self, store: Store) -> None:
        experiment = store.experiments.create(spec("previous_repetition"))
        runs = stories.runs(store, experiment.id)
        assert [run.started_from for run in runs] == [None, runs[0].run_id, runs[1].run_id]


class TestKeptModel:
    def test_of_another_experiment_gives_its_weights(self, store: Store) -> None:
        experiment = stories.post(store)
        source = stories.take(store)
        stories.succeed(store, source, files=[weights(source.run_id)])
        for name in ("mnist", experiment.id, source.run_id):
            store.experiments.create(spec(name, repetitions=1))
            claim = stories.take(store)
            assert (claim.starts_from, claim.start) == (source.run_id, weights(source.run_id))

    def test_is_not_deleted_before_the_runs_that_start_from_it_have_ended(
        self, store: Store
    ) -> None:
        source = stories.post(store)
        stories.train(store)
        follower = store.experiments.create(spec(source.id, repetitions=1))
        with pytest.raises(ConflictError, match=f"experiment {follower.id} start from"):
            store.experiments.delete(source.id)
        store.experiments.cancel(follower.id)
        store.experiments.delete(source.id)

    def test_without_its_file_leaves_none_to_start_with(self, store: Store) -> None:
        source = stories.post(store)
        stories.train(store)
        store.experiments.create(spec(source.id, repetitions=1))
        claim = stories.take(store)
        assert claim.starts_from is not None
        assert claim.start is None

    def test_of_another_shape_is_refused(self, store: Store) -> None:
        source = stories.post(store)
        stories.train(store)
        with pytest.raises(InvalidInputError, match=r"fit hidden layers \[100\]") as refused:
            store.experiments.create(spec(source.id, network={"hidden_layers": [50]}))
        assert refused.value.param == "warm_start"

    def test_that_is_not_there_is_told(self, store: Store) -> None:
        with pytest.raises(ConflictError, match="no model 'mnist' is kept yet"):
            store.experiments.create(spec("mnist"))
        with pytest.raises(NotFoundError, match="exp_nobody"):
            store.experiments.create(spec("exp_nobody"))
        with pytest.raises(NotFoundError, match="exp_nobody"):
            store.forecasts.forecast(spec("exp_nobody"), slots=2)
        assert store.experiments.page(limit=9) == ([], False)
