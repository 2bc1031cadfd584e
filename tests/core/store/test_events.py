"""Events: numbered without gaps, in the order of their commits."""

import threading

from fitserve_core.settings import Settings
from fitserve_core.store import Store, Viewer
from support import stories


class TestOfExperiment:
    def test_tells_the_whole_story_without_gaps(self, store: Store) -> None:
        experiment = stories.post(store)
        claim = stories.take(store)
        store.claims.record(claim, stories.figures(1, 2, 3), stories.CHECKPOINT)
        stories.succeed(store, claim)
        told = store.events.of_experiment(experiment.id, 0, 99)
        assert [event.seq for event in told] == [1, 2, 3, 4, 5, 6]
        assert [event.type for event in told] == [
            "experiment.queued",
            "experiment.running",
            "run.running",
            "run.epochs",
            "run.succeeded",
            "experiment.succeeded",
        ]

    def test_goes_on_after_a_number(self, store: Store) -> None:
        experiment = stories.post(store)
        stories.take(store)
        assert [e.seq for e in store.events.of_experiment(experiment.id, 1, 1)] == [2]


class TestOfAll:
    def test_numbers_of_concurrent_writers_have_no_gap(
        self, settings: Settings, store: Store
    ) -> None:
        def write() -> None:
            own = Store(settings)
            for _ in range(10):
                stories.post(own)
            own.close()

        writers = [threading.Thread(target=write) for _ in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert [event.id for event in store.events.of_all(0, 99)] == list(range(1, 41))
        assert store.events.last() == 40


class TestNewest:
    def test_tells_of_every_experiment_and_who_may_see_it(self, store: Store) -> None:
        stories.post(store)
        seen = store.events.last()
        theirs = store.seen_by(Viewer("ada")).experiments.create(stories.spec())
        [told] = store.events.newest(seen, 9)
        assert (told.event.experiment_id, told.event.id) == (theirs.id, seen + 1)
        mine, others = (store.seen_by(Viewer(name)).events for name in ("ada", "ben"))
        assert (mine.shows(told), others.shows(told), store.events.shows(told)) == (
            True,
            False,
            True,
        )
        store.experiments.describe(theirs.id, {"shared": True})
        [told] = store.events.newest(seen, 9)
        assert others.shows(told)
