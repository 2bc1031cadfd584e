"""Devices: who may take which run, and what a run is bound to once it has begun."""

import pytest

from fitserve_core.devices import Device, DeviceKind
from fitserve_core.results import RunMetrics
from fitserve_core.store import Store
from fitserve_core.store.leases import COUNTED_AT_MOST
from support import stories


def only_run(store: Store, experiment_id: str) -> RunMetrics:
    [run] = stories.runs(store, experiment_id)
    return run


class TestTake:
    @pytest.mark.parametrize(
        ("asked", "takers"), [("auto", {"cpu", "gpu"}), ("cpu", {"cpu"}), ("gpu", {"gpu"})]
    )
    def test_gives_a_run_to_workers_of_the_device_it_asks_for(
        self, store: Store, asked: Device, takers: set[DeviceKind]
    ) -> None:
        kinds: tuple[DeviceKind, ...] = ("cpu", "gpu")
        for kind in kinds:
            stories.post(store, device=asked)
            claim = store.claims.take("a worker", kind)
            assert (claim is not None) == (kind in takers)
            if claim is not None:
                assert claim.plan.device == asked
                assert only_run(store, claim.experiment_id).device == kind

    def test_passes_over_what_waits_for_another_device(self, store: Store) -> None:
        stories.post(store, repetitions=3, device="gpu")
        free = stories.post(store)
        assert stories.take(store).experiment_id == free.id


class TestResume:
    def test_stays_on_the_device_that_recorded_epochs(self, store: Store) -> None:
        experiment = stories.post(store)
        claim = stories.take(store, "gpu")
        store.claims.record(claim, stories.figures(1), stories.CHECKPOINT)
        store.claims.hand_back(claim, "its worker was stopped")
        assert store.leases.waiting() == {"gpu": 1}
        assert store.experiments.get(experiment.id).queued_for == {"gpu": 1}
        assert store.claims.take("another worker", "cpu") is None
        assert stories.take(store, "gpu").epoch == 1
        assert store.experiments.get(experiment.id).queued_for == {}

    def test_of_a_run_without_an_epoch_may_go_anywhere(self, store: Store) -> None:
        experiment = stories.post(store)
        store.claims.hand_back(stories.take(store, "gpu"), "its worker was stopped")
        assert store.leases.waiting() == {"auto": 1}
        assert stories.take(store, "cpu").attempt == 2
        assert only_run(store, experiment.id).device == "cpu"


class TestWaiting:
    def test_counts_runs_by_what_they_need(self, store: Store) -> None:
        stories.post(store, repetitions=2)
        asking = stories.post(store, repetitions=3, device="gpu")
        assert store.leases.waiting() == {"auto": 2, "gpu": 3}
        found = store.experiments.get(asking.id)
        assert (found.queued_for, found.runs.queued) == ({"gpu": 3}, 3)

    def test_counts_only_so_many_that_have_not_begun(self, store: Store) -> None:
        stories.post(store)
        store.claims.hand_back(stories.take(store), "its worker was stopped")
        stories.post(store, repetitions=COUNTED_AT_MOST, learning_rates=(0.1, 0.01))
        stories.post(store, device="gpu")
        assert store.leases.waiting() == {"auto": COUNTED_AT_MOST + 1, "gpu": 1}


class TestForecast:
    def test_is_of_epochs_that_were_timed_on_the_device(self, store: Store) -> None:
        stories.post(store)
        claim = stories.take(store, "cpu")
        timed = [row.model_copy(update={"seconds": 7.0}) for row in stories.figures(1, 2, 3)]
        store.claims.record(claim, timed, stories.CHECKPOINT)
        stories.succeed(store, claim)
        asked: tuple[Device, ...] = ("auto", "cpu", "gpu")
        told = [store.forecasts.forecast(stories.spec(device=one), 1).basis for one in asked]
        assert told == ["measured", "measured", "rule of thumb"]
