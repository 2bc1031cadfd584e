"""The dispatcher with a real broker: a hint for every waiting run, whatever gets lost."""

import json
import logging
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from fitserve_core.broker import TRAIN
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_core.store.tables import run
from fitserve_service import dispatcher
from fitserve_service.dispatcher import SLEPT_SECONDS, SPARED_SECONDS, Dispatcher
from support import stories
from support.brokers import OwnBroker
from support.serving import running_service
from support.waiting import until

STRIDE_SECONDS = SLEPT_SECONDS - 1


@dataclass
class Clocks:
    """Both clocks of a machine; the wall clock alone runs on while it sleeps."""

    slept: float = 0.0
    waited: float = 0.0
    looks: int = field(default=0)

    def time(self) -> float:
        return time.time() + self.slept + self.waited

    def monotonic(self) -> float:
        self.looks += 1
        return time.monotonic() + self.waited

    def see_ticks(self) -> None:
        """Return when the dispatcher has gone through some ticks since."""
        seen = self.looks
        until(lambda: self.looks >= seen + 4)

    def wait(self, seconds: float) -> None:
        """Let so much time go by, in strides that are no outage."""
        self.see_ticks()
        for _ in range(math.ceil(seconds / STRIDE_SECONDS)):
            self.waited += STRIDE_SECONDS
            self.see_ticks()


@pytest.fixture
def broker() -> Iterator[OwnBroker]:
    """A broker that is not started yet."""
    broker = OwnBroker()
    yield broker
    broker.remove()


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    clocks = Clocks()
    monkeypatch.setattr(dispatcher, "time", clocks)
    monkeypatch.setattr(dispatcher, "TICK_SECONDS", 0.02)
    return clocks


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store.opened(settings)
    yield store
    store.close()


@pytest.fixture
def running(
    store: Store,
    broker: OwnBroker,
    clocks: Clocks,  # noqa: ARG001 - it quickens the pulse
) -> Iterator[Dispatcher]:
    """A dispatcher at work, with a quick pulse."""
    running = Dispatcher(store, broker.url)
    running.start()
    yield running
    assert running.is_alive(), "the dispatcher died"
    running.stop()


class TestHints:
    def test_posting_makes_one_for_each_run_at_once(
        self, settings: Settings, broker: OwnBroker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dispatcher, "TICK_SECONDS", 3600)
        broker.start()
        with running_service(settings.model_copy(update={"redis_url": broker.url})) as service:
            service.http.post("/experiments", json={"dataset": "mnist", "repetitions": 5})
            until(lambda: broker.hints() == 5)
            assert service.http.get("/readyz").json()["parts"]["broker"] == "ok"
        headers = [json.loads(message)["headers"] for message in broker.messages()]
        assert [header["task"] for header in headers] == [TRAIN] * 5
        assert len({header["id"] for header in headers}) == 5

    @pytest.mark.usefixtures("running")
    def test_go_to_workers_that_may_train_the_run(self, store: Store, broker: OwnBroker) -> None:
        broker.start()
        stories.post(store, repetitions=2)
        stories.post(store, repetitions=3, device="gpu")
        until(lambda: broker.hints() == 2 and broker.hints("gpu") == 3)
        assert broker.hints("cpu") == 0

    @pytest.mark.usefixtures("running")
    def test_are_not_sent_again_while_they_wait(
        self, store: Store, broker: OwnBroker, clocks: Clocks
    ) -> None:
        broker.start()
        stories.post(store, repetitions=3)
        until(lambda: broker.hints() == 3)
        clocks.see_ticks()
        assert broker.hints() == 3

    @pytest.mark.usefixtures("running")
    def test_lost_are_sent_again(self, store: Store, broker: OwnBroker, clocks: Clocks) -> None:
        broker.start()
        stories.post(store, repetitions=3)
        until(lambda: broker.hints() == 3)
        stories.take(store)
        clocks.see_ticks()
        broker.lose_hints()
        until(lambda: broker.hints() == 2)

    @pytest.mark.usefixtures("running")
    def test_wait_for_a_broker_that_is_away(
        self, store: Store, broker: OwnBroker, clocks: Clocks, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO):
            stories.post(store, repetitions=3)
            clocks.see_ticks()
            broker.start()
            until(lambda: broker.hints() == 3)
            broker.stop()
            stories.post(store)
            clocks.see_ticks()
            broker.start()
            until(lambda: broker.hints() == 4)
            until(lambda: caplog.text.count("the broker answers again") == 2)
        # Told once each time, however many ticks it was away.
        assert caplog.text.count("runs wait in the store") == 2

    def test_are_sent_for_runs_of_an_earlier_service(self, store: Store, broker: OwnBroker) -> None:
        broker.start()
        stories.post(store, repetitions=2)
        late = Dispatcher(store, broker.url)
        late.start()
        until(lambda: broker.hints() == 2)
        late.stop()

    def test_are_at_most_so_many_a_tick(
        self, store: Store, broker: OwnBroker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dispatcher, "TICK_SECONDS", 3600)
        monkeypatch.setattr(dispatcher, "MOST_HINTS_A_TICK", 2)
        broker.start()
        stories.post(store, repetitions=5)
        for sent in (2, 4, 5):
            ticking_once = Dispatcher(store, broker.url)
            ticking_once.start()
            until(lambda sent=sent: broker.hints() >= sent)
            ticking_once.stop()
            assert broker.hints() == sent


class TestLeases:
    @pytest.mark.usefixtures("running")
    def test_run_out_are_given_back_and_hinted(
        self, store: Store, broker: OwnBroker, clocks: Clocks
    ) -> None:
        broker.start()
        clocks.wait(SPARED_SECONDS)
        experiment = stories.post(store)
        until(lambda: broker.hints() == 1)
        claim = stories.take(store)
        broker.lose_hints()
        stories.let_leases_run_out(store)
        until(lambda: broker.hints() == 1)
        again = stories.take(store)
        assert (again.run_id, again.attempt) == (claim.run_id, 2)
        told = [event.type for event in store.events.of_experiment(experiment.id, 0, 99)]
        assert told.count("run.requeued") == 1

    @pytest.mark.usefixtures("running")
    def test_are_spared_after_the_machine_slept(self, store: Store, clocks: Clocks) -> None:
        experiment = stories.post(store)
        claim = stories.take(store)
        clocks.see_ticks()
        clocks.slept += 100
        stories.let_leases_run_out(store)
        clocks.see_ticks()
        assert store.experiments.get(experiment.id).runs.running == 1
        store.claims.renew(claim)  # its worker woke as well
        clocks.wait(SPARED_SECONDS)
        store.claims.check(claim)

    @pytest.mark.usefixtures("running")
    def test_of_a_worker_that_stays_silent_after_a_sleep_are_given_back(
        self, store: Store, clocks: Clocks
    ) -> None:
        experiment = stories.post(store)
        stories.take(store)
        clocks.see_ticks()
        clocks.slept += 100
        stories.let_leases_run_out(store)
        clocks.see_ticks()
        assert store.experiments.get(experiment.id).runs.running == 1
        clocks.wait(SPARED_SECONDS)
        until(lambda: store.experiments.get(experiment.id).runs.queued == 1)

    @pytest.mark.usefixtures("running")
    def test_are_spared_after_an_outage_of_the_store(
        self, store: Store, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        experiment = stories.post(store)
        stories.take(store)

        def away() -> int:
            raise OperationalError("SELECT", None, Exception("no connection"))

        with monkeypatch.context() as patch:
            patch.setattr(store.leases, "expire", away)
            clocks.see_ticks()
            stories.let_leases_run_out(store)
        clocks.see_ticks()
        assert store.experiments.get(experiment.id).runs.running == 1
        clocks.wait(SPARED_SECONDS)
        until(lambda: store.experiments.get(experiment.id).runs.queued == 1)

    @pytest.mark.usefixtures("running")
    def test_are_spared_after_nobody_could_write_for_long(
        self, store: Store, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clocks.wait(SPARED_SECONDS)
        experiment = stories.post(store)
        stories.take(store)
        asked, until_writable = threading.Event(), store.database.until_writable
        monkeypatch.setattr(
            store.database, "until_writable", lambda: (asked.set(), until_writable())
        )
        assert asked.wait(5)
        with store.database.writing() as connection:
            connection.execute(update(run).values(lease_until=1.0))
            clocks.waited += 100  # which it spends waiting for the lock
        clocks.see_ticks()
        assert store.experiments.get(experiment.id).runs.running == 1
        clocks.wait(SPARED_SECONDS)
        until(lambda: store.experiments.get(experiment.id).runs.queued == 1)

    def test_are_spared_when_the_service_starts(
        self, store: Store, clocks: Clocks, request: pytest.FixtureRequest
    ) -> None:
        experiment = stories.post(store)
        stories.take(store)
        stories.let_leases_run_out(store)
        request.getfixturevalue("running")
        clocks.see_ticks()
        assert store.experiments.get(experiment.id).runs.running == 1
        clocks.wait(SPARED_SECONDS)
        until(lambda: store.experiments.get(experiment.id).runs.queued == 1)


class TestWithoutBroker:
    def test_leases_are_watched_all_the_same(self, store: Store, clocks: Clocks) -> None:
        alone = Dispatcher(store, None)
        alone.start()
        clocks.wait(SPARED_SECONDS)
        experiment = stories.post(store)
        stories.take(store)
        stories.let_leases_run_out(store)
        until(lambda: store.experiments.get(experiment.id).runs.queued == 1)
        alone.stop()


class TestStop:
    def test_ends_the_thread_without_waiting_for_a_tick(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dispatcher, "TICK_SECONDS", 20)
        began = time.monotonic()
        for _ in range(20):
            stopped = Dispatcher(store, None)
            stopped.start()
            stopped.stop()
            assert stopped not in threading.enumerate()
        assert time.monotonic() - began < 20
