"""Which ended experiments a collection may delete."""

import pytest
from sqlalchemy import update

from fitserve_core.results import Experiment
from fitserve_core.store import Store, Viewer
from fitserve_core.store.engine import now
from fitserve_core.store.tables import experiment
from support import stories

DAY = 86_400.0


@pytest.fixture
def ended(store: Store) -> list[Experiment]:
    """Five cancelled experiments, which ended 5, 4, 3, 2 and 1 days ago."""
    posted = [stories.post(store) for _ in range(5)]
    for days, one in zip((5, 4, 3, 2, 1), posted, strict=True):
        store.experiments.cancel(one.id)
        with store.database.writing() as connection:
            connection.execute(
                update(experiment)
                .where(experiment.c.id == one.id)
                .values(finished_at=now() - days * DAY)
            )
    return posted


def kept(store: Store, val_accuracy: float) -> Experiment:
    posted = stories.post(store)
    stories.succeed(store, stories.take(store), val_accuracy=val_accuracy)
    return posted


class TestRemovable:
    @pytest.mark.parametrize(
        ("older_than", "keep", "left"),
        [
            (2.5 * DAY, None, [2, 1, 0]),
            (None, 2, [2, 1, 0]),
            (3.5 * DAY, 2, [1, 0]),
            (1.5 * DAY, 4, [0]),
            (None, 0, [4, 3, 2, 1, 0]),
            (30 * DAY, None, []),
        ],
    )
    def test_goes_by_age_and_number(
        self,
        store: Store,
        ended: list[Experiment],
        older_than: float | None,
        keep: int | None,
        left: list[int],
    ) -> None:
        found = store.retention.removable(older_than, keep)
        assert found == [ended[index].id for index in left]

    def test_leaves_what_has_not_ended(self, store: Store) -> None:
        stories.post(store)
        stories.post(store)
        stories.take(store)
        assert store.retention.removable(keep=0) == []

    def test_leaves_models_in_use(self, store: Store) -> None:
        best, labelled, forgotten, newest = (kept(store, score) for score in (0.9, 0.5, 0.6, 0.7))
        store.versions.label("mnist", "stable", 2)
        assert store.retention.removable(keep=0) == [forgotten.id]
        store.versions.unlabel("mnist", "stable")
        assert store.retention.removable(keep=0) == [forgotten.id, labelled.id]
        assert {best.id, newest.id}.isdisjoint(store.retention.removable(keep=0))

    def test_leaves_the_best_model_of_each_who_asks(self, store: Store) -> None:
        ana, ben = (store.seen_by(Viewer(name)) for name in ("ana", "ben"))
        used = [kept(one, score) for one, score in ((ana, 0.9), (ben, 0.7), (store, 0.5))]
        forgotten = kept(ben, 0.6)
        kept(ana, 0.8)
        assert store.retention.removable(keep=0) == [forgotten.id]
        assert store.models.resolve("mnist").experiment_id == used[0].id

    def test_leaves_what_a_waiting_run_starts_from(self, store: Store) -> None:
        source, *_ = (kept(store, score) for score in (0.5, 0.9, 0.6))
        assert store.retention.removable(keep=0) == [source.id]
        started = stories.spec().model_copy(update={"warm_start": source.id})
        waiting = store.experiments.create(started)
        assert store.retention.removable(keep=0) == []
        store.experiments.cancel(waiting.id)
        assert source.id in store.retention.removable(keep=0)
