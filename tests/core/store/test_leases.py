"""Leases that run out: given to others, and after too many losses given up."""

from fitserve_core.store import Claim, Store
from support import stories


class TestExpire:
    def test_leaves_a_living_run_alone(self, store: Store) -> None:
        stories.post(store)
        claim = stories.take(store)
        assert store.leases.expire() == 0
        store.claims.check(claim)

    def test_queues_a_lost_run_again(self, store: Store) -> None:
        experiment = stories.post(store)
        stories.take(store)
        stories.let_leases_run_out(store)
        assert store.leases.expire() == 1
        assert store.leases.waiting().total() == 1
        told = store.events.of_experiment(experiment.id, 0, 99)[-1]
        assert told.type == "run.requeued"
        assert told.data["reason"] == "its worker went silent (1 of 3 losses)"

    def test_fails_a_run_that_was_lost_three_times(self, store: Store) -> None:
        experiment = stories.post(store)
        for _ in range(3):
            stories.take(store)
            stories.let_leases_run_out(store)
            store.leases.expire()
        ended = store.experiments.get(experiment.id)
        assert ended.status == "failed"
        assert "3 workers went silent" in (ended.error or "")

    def test_run_that_gets_on_between_losses_is_not_given_up(self, store: Store) -> None:
        experiment = stories.post(store)
        for number in (1, 2, 3):
            claim = stories.take(store)
            store.claims.record(claim, stories.figures(number), stories.CHECKPOINT)
            stories.let_leases_run_out(store)
            store.leases.expire()
        assert store.experiments.get(experiment.id).runs.queued == 1

    def test_renewed_lease_does_not_run_out(self, store: Store) -> None:
        stories.post(store)
        claim = stories.take(store)
        stories.let_leases_run_out(store)
        store.claims.renew(claim)
        assert store.leases.expire() == 0

    def test_handing_back_is_no_loss(self, store: Store) -> None:
        experiment = stories.post(store)
        for _ in range(5):
            store.claims.hand_back(stories.take(store), "its worker was stopped")
        assert store.experiments.get(experiment.id).status == "running"
        assert store.leases.waiting().total() == 1


class TestRelease:
    def test_queues_what_an_ended_worker_left_without_waiting_for_its_lease(
        self, store: Store
    ) -> None:
        experiment = stories.post(store)
        stories.take(store)
        assert store.leases.release(lambda worker: worker == "another worker") == 0
        assert store.leases.release(lambda worker: worker == "a worker") == 1
        assert store.leases.waiting().total() == 1
        told = store.events.of_experiment(experiment.id, 0, 99)[-1]
        assert told.data["reason"] == "its worker ended abruptly (1 of 3 losses)"

    def test_leaves_the_next_attempt_alone(self, store: Store) -> None:
        stories.post(store)
        claim = stories.take(store)
        taken: list[Claim] = []

        def lost_meanwhile(_worker: str) -> bool:
            store.claims.hand_back(claim, "its worker was stopped")
            taken.append(stories.take(store))
            return True

        store.leases.release(lost_meanwhile)
        store.claims.check(taken[0])
