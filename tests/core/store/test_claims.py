"""Claims: one attempt at a time, and every write fenced by its number."""

import threading

import pytest

from fitserve_core.errors import LeaseLostError
from fitserve_core.settings import Settings
from fitserve_core.store import Checkpoint, Store
from support import stories


class TestTake:
    def test_returns_none_where_nothing_waits(self, store: Store) -> None:
        assert store.claims.take("a worker", "cpu") is None

    def test_starts_run_and_experiment(self, store: Store) -> None:
        experiment = stories.post(store, repetitions=2)
        claim = stories.take(store)
        assert claim.attempt == 1
        assert claim.plan.learning_rate == 0.1
        found = store.experiments.get(experiment.id)
        assert (found.status, found.runs.running, found.runs.queued) == ("running", 1, 1)

    def test_gives_each_run_to_one_of_many_workers(self, settings: Settings, store: Store) -> None:
        stories.post(store, repetitions=20)
        taken: list[str] = []

        def work() -> None:
            own = Store(settings)
            while claim := own.claims.take("a worker", "cpu"):
                taken.append(claim.run_id)
            own.close()

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(taken) == len(set(taken)) == 20

    def test_short_experiment_is_not_stuck_behind_a_long_one(self, store: Store) -> None:
        long, short = stories.post(store, repetitions=9), stories.post(store)
        assert [stories.take(store).experiment_id for _ in range(3)] == [long.id, short.id, long.id]

    def test_takes_the_runs_of_an_experiment_in_their_order(self, store: Store) -> None:
        experiment = stories.post(store, repetitions=2, learning_rates=(0.1, 0.01))
        taken = [stories.take(store).plan.learning_rate for _ in range(4)]
        assert taken == [0.1, 0.01, 0.1, 0.01]
        assert store.claims.take("a worker", "cpu") is None
        assert store.experiments.get(experiment.id).runs.running == 4

    def test_prefers_an_interrupted_run(self, store: Store) -> None:
        stories.post(store, repetitions=2)
        interrupted = stories.take(store)
        store.claims.hand_back(interrupted, "its worker was stopped")
        assert stories.take(store).run_id == interrupted.run_id


class TestRecord:
    def test_stores_figures_and_checkpoint_together(self, store: Store) -> None:
        experiment = stories.post(store)
        claim = stories.take(store)
        store.claims.record(claim, stories.figures(1, 2), Checkpoint("a/b.npz", "0" * 64))
        store.claims.hand_back(claim, "its worker was stopped")
        resumed = stories.take(store)
        assert (resumed.epoch, resumed.attempt) == (2, 2)
        assert resumed.checkpoint == Checkpoint("a/b.npz", "0" * 64)
        assert stories.runs(store, experiment.id)[0].epochs == stories.figures(1, 2)

    def test_tells_of_many_epochs_in_several_events(self, store: Store) -> None:
        experiment = stories.post(store)
        claim = stories.take(store)
        before = store.events.last()
        store.claims.record(claim, stories.figures(*range(1, 251)), stories.CHECKPOINT)
        told = [event.data["epochs"] for event in store.events.of_all(before, 9)]
        assert [len(epochs) for epochs in told] == [100, 100, 50]
        assert [row["epoch"] for epochs in told for row in epochs] == [*range(1, 251)]
        [run] = stories.runs(store, experiment.id)
        assert len(run.epochs) == 250

    def test_said_twice_is_stored_once(self, store: Store) -> None:
        experiment = stories.post(store)
        claim = stories.take(store)
        store.claims.record(claim, stories.figures(1, 2), stories.CHECKPOINT)
        store.claims.record(claim, stories.figures(1, 2), stories.CHECKPOINT)
        assert [e.epoch for e in stories.runs(store, experiment.id)[0].epochs] == [1, 2]
        told = [e.type for e in store.events.of_experiment(experiment.id, 0, 99)]
        assert told.count("run.epochs") == 1

    def test_gap_is_refused(self, store: Store) -> None:
        stories.post(store)
        claim = stories.take(store)
        with pytest.raises(LeaseLostError):
            store.claims.record(claim, stories.figures(2), stories.CHECKPOINT)


class TestFence:
    @pytest.mark.parametrize("verb", ["renew", "check", "record", "succeed", "fail"])
    def test_stale_attempt_writes_nothing(self, store: Store, verb: str) -> None:
        experiment = stories.post(store)
        stale = stories.take(store)
        stories.let_leases_run_out(store)
        store.leases.expire()
        fresh = stories.take(store)
        before = stories.runs(store, experiment.id)
        calls = {
            "renew": lambda: store.claims.renew(stale),
            "check": lambda: store.claims.check(stale),
            "record": lambda: store.claims.record(stale, stories.figures(1), stories.CHECKPOINT),
            "succeed": lambda: stories.succeed(store, stale),
            "fail": lambda: store.claims.fail(stale, "no"),
        }
        with pytest.raises(LeaseLostError, match=r"no longer attempt 1's"):
            calls[verb]()
        assert stories.runs(store, experiment.id) == before
        store.claims.check(fresh)

    def test_stale_attempt_hands_nothing_back(self, store: Store) -> None:
        stories.post(store)
        stale = stories.take(store)
        stories.let_leases_run_out(store)
        store.leases.expire()
        fresh = stories.take(store)
        store.claims.hand_back(stale, "its worker was stopped")
        store.claims.check(fresh)


class TestDeletedExperiment:
    @pytest.mark.parametrize("verb", ["renew", "check", "record", "succeed", "fail"])
    def test_takes_the_lease_from_its_workers(self, store: Store, verb: str) -> None:
        experiment = stories.post(store)
        claim = stories.take(store)
        store.experiments.cancel(experiment.id)
        store.experiments.delete(experiment.id)
        calls = {
            "renew": lambda: store.claims.renew(claim),
            "check": lambda: store.claims.check(claim),
            "record": lambda: store.claims.record(claim, stories.figures(1), stories.CHECKPOINT),
            "succeed": lambda: stories.succeed(store, claim),
            "fail": lambda: store.claims.fail(claim, "no"),
        }
        with pytest.raises(LeaseLostError):
            calls[verb]()

    def test_is_not_handed_back(self, store: Store) -> None:
        experiment = stories.post(store)
        claim = stories.take(store)
        store.experiments.cancel(experiment.id)
        store.experiments.delete(experiment.id)
        store.claims.hand_back(claim, "its worker was stopped")
        assert store.claims.take("a worker", "cpu") is None


class TestSucceed:
    def test_last_run_ends_the_experiment_and_keeps_its_best_model(self, store: Store) -> None:
        experiment = stories.post(store, repetitions=2)
        worse, better = stories.take(store), stories.take(store)
        stories.succeed(store, better, val_accuracy=0.95)
        assert store.experiments.get(experiment.id).status == "running"
        stories.succeed(store, worse, val_accuracy=0.90)
        ended = store.experiments.get(experiment.id)
        assert ended.status == "succeeded"
        assert ended.kept_model is not None
        assert (ended.kept_model.run_id, ended.kept_model.value) == (better.run_id, 0.95)

    def test_experiment_without_a_trained_run_keeps_nothing(self, store: Store) -> None:
        experiment = stories.post(store)
        stories.succeed(store, stories.take(store), stories.DIVERGED, val_accuracy=None)
        ended = store.experiments.get(experiment.id)
        assert (ended.status, ended.kept_model) == ("succeeded", None)


class TestFail:
    def test_experiment_fails_when_all_its_runs_have(self, store: Store) -> None:
        experiment = stories.post(store, repetitions=2)
        for _ in range(2):
            store.claims.fail(stories.take(store), "no memory")
        ended = store.experiments.get(experiment.id)
        assert ended.status == "failed"
        assert ended.error == "every run failed; the first: no memory"

    def test_experiment_succeeds_when_one_run_has_not(self, store: Store) -> None:
        experiment = stories.post(store, repetitions=2)
        store.claims.fail(stories.take(store), "no memory")
        stories.succeed(store, stories.take(store))
        ended = store.experiments.get(experiment.id)
        assert (ended.status, ended.runs.failed, ended.runs.succeeded) == ("succeeded", 1, 1)
