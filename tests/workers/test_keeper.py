"""The lease keeper: prolongs while there is life, and tells of a loss."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from fitserve_core.errors import LeaseLostError
from fitserve_core.settings import Settings
from fitserve_core.store import Claim, Store
from fitserve_core.store.tables import run
from fitserve_workers import keeper
from fitserve_workers.keeper import TRAINING, LeaseKeeper, Phase
from support import stories
from support.waiting import until


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.opened(Settings(data=tmp_path, database_url=None, lease_seconds=60))
    yield store
    store.close()


@pytest.fixture
def claim(store: Store) -> Claim:
    stories.post(store)
    return stories.take(store)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "LOOK_SECONDS", 0.01)


def lease_until(store: Store) -> float:
    with store.database.reading() as connection:
        return connection.execute(select(run.c.lease_until)).scalar_one()


class TestLease:
    def test_is_prolonged_while_there_is_life(self, store: Store, claim: Claim) -> None:
        stories.let_leases_run_out(store)
        with LeaseKeeper(store.claims, claim, lease_seconds=0.1):
            until(lambda: lease_until(store) > 1.0, 5)

    def test_is_not_prolonged_for_a_phase_that_hangs(
        self,
        store: Store,
        claim: Claim,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        looks: list[Claim] = []
        check = store.claims.check
        with LeaseKeeper(store.claims, claim, lease_seconds=0.0) as kept:
            kept.enter(Phase("turning in circles", 0.0))
            until(lambda: "no sign of life for 0 s while turning in circles" in caplog.text, 5)
            stories.let_leases_run_out(store)
            monkeypatch.setattr(store.claims, "check", lambda c: (looks.append(c), check(c)))
            until(lambda: len(looks) > 3, 5)
            assert lease_until(store) == 1.0
            kept.enter(TRAINING)  # it was only slow
            until(lambda: lease_until(store) > 1.0, 5)
        assert caplog.text.count("no sign of life") == 1

    def test_survives_an_outage_of_the_store(
        self, store: Store, claim: Claim, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outages = iter([True, True])
        renew = store.claims.renew

        def renew_after_outages(claim: Claim) -> None:
            if next(outages, False):
                raise OperationalError("UPDATE", None, Exception("no connection"))
            renew(claim)

        monkeypatch.setattr(store.claims, "renew", renew_after_outages)
        stories.let_leases_run_out(store)
        with LeaseKeeper(store.claims, claim, lease_seconds=0.1) as kept:
            until(lambda: lease_until(store) > 1.0, 5)
            kept.show_life()


class TestShowLife:
    def test_raises_once_the_run_was_cancelled(self, store: Store, claim: Claim) -> None:
        with LeaseKeeper(store.claims, claim, lease_seconds=60) as kept:
            kept.show_life()
            store.experiments.cancel(claim.experiment_id)

            def lost() -> bool:
                try:
                    kept.show_life()
                except LeaseLostError:
                    return True
                return False

            until(lost, 5)
