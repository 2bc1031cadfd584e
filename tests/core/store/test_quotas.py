"""Quotas of a key hold in the transaction that posts, however many post at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from fitserve_core.errors import InvalidInputError, QuotaExceededError
from fitserve_core.spec.extension import Extension
from fitserve_core.store import Quota, Store, Viewer
from support import stories


def limited(store: Store, experiments: int = 100, queued_runs: int = 100) -> Store:
    return store.seen_by(Viewer("ana", quota=Quota(experiments, queued_runs)))


class TestExperiments:
    def test_of_many_posted_at_once_no_more_than_the_quota_are_taken(self, store: Store) -> None:
        ana = limited(store, experiments=3)

        def post(_: int) -> bool:
            try:
                stories.post(ana)
            except QuotaExceededError:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(post, range(8))) == 3
        assert len(store.experiments.page(limit=9)[0]) == 3

    def test_make_room_as_they_end_and_are_others_business(self, store: Store) -> None:
        ana = limited(store, experiments=1)
        first = stories.post(ana)
        with pytest.raises(QuotaExceededError, match=r"ana has 1 experiments .* of at most 1"):
            stories.post(ana)
        stories.post(store)
        ana.experiments.cancel(first.id)
        stories.post(ana)
        with pytest.raises(QuotaExceededError):
            ana.extensions.extend(first.id, Extension(repetitions=2))


class TestQueuedRuns:
    def test_are_counted_over_all_experiments(self, store: Store) -> None:
        ana = limited(store, queued_runs=3)
        stories.post(ana, repetitions=2)
        with pytest.raises(QuotaExceededError, match="2 queued runs, of at most 3; received a"):
            stories.post(ana, repetitions=2)
        stories.post(ana)

    def test_that_never_fit_are_no_matter_of_waiting(self, store: Store) -> None:
        with pytest.raises(InvalidInputError, match=r"at most 3 queued runs; received .* 4"):
            stories.post(limited(store, queued_runs=3), repetitions=4)
