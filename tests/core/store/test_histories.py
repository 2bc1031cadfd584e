"""Runs with their epochs, a few at a time: the same figures as at once, never half of them."""

import pytest

from fitserve_core.errors import NotFoundError
from fitserve_core.store import Store, histories
from support import stories


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("RUNS_AT_ONCE", 2), ("EPOCHS_AT_ONCE", 3), ("FEW_EPOCHS", 2)):
        monkeypatch.setattr(histories, name, value)


class TestOf:
    def test_has_every_run_with_every_epoch_in_order(self, store: Store) -> None:
        posted = stories.post(store, repetitions=2, learning_rates=(0.01, 0.1))
        trained = {stories.train(store, epochs=n).run_id: n for n in (7, 1, 3)}
        read = [history.whole() for history in store.histories.of(posted.id)]
        assert [(run.cell, run.repetition) for run in read] == [(0, 0), (0, 1), (1, 0), (1, 1)]
        for run in read:
            n = trained.get(run.run_id, 0)
            assert run.epochs == stories.figures(*range(1, n + 1))
            assert [file.kind for file in run.artefacts] == (["onnx"] if n else [])

    def test_has_no_epoch_that_was_recorded_after_the_run_was_read(self, store: Store) -> None:
        posted = stories.post(store)
        claim = stories.take(store)
        store.claims.record(claim, stories.figures(1, 2, 3, 4), stories.CHECKPOINT)
        [history] = store.histories.of(posted.id)
        store.claims.record(claim, stories.figures(5), stories.CHECKPOINT)
        assert history.whole().epochs == stories.figures(1, 2, 3, 4)

    def test_breaks_off_where_the_experiment_is_deleted_meanwhile(self, store: Store) -> None:
        posted = stories.post(store, repetitions=3)
        for _ in range(3):
            stories.train(store, epochs=4)
        read = store.histories.of(posted.id)
        first = next(read)
        assert len(next(first.epochs)) == 3
        store.experiments.delete(posted.id)
        with pytest.raises(NotFoundError):
            next(first.epochs)
        next(read)
        with pytest.raises(NotFoundError):
            next(read)

    def test_of_an_unknown_experiment_is_refused_at_once(self, store: Store) -> None:
        with pytest.raises(NotFoundError):
            store.histories.of("exp_nobody")
