"""Early stopping: when it stops, which weights are kept, and which figures are told."""

import numpy as np
import pytest

from fitserve_core.spec import Dropout, EarlyStopping
from fitserve_workers.training import Training

# So wild that the validation loss gets worse now and then.
WILD = {"learning_rate": 0.9, "epochs": 400, "hidden_layers": [16]}


def loss_of(training, rows):
    logits = np.asarray(training.model(rows.inputs), np.float64)
    chosen = logits[np.arange(len(rows)), rows.targets]
    return np.mean(np.log(np.exp(logits).sum(axis=-1)) - chosen)


class TestEarlyStopping:
    @pytest.mark.parametrize("monitor", ["val_loss", "val_accuracy"])
    def test_stops_after_its_patience_with_the_best_epochs_weights(
        self, monitor, blobs, plan, programs, finish
    ):
        dataset = blobs()
        rule = EarlyStopping(monitor=monitor, patience=2)
        training = Training(plan(**WILD, early_stopping=rule), dataset, programs)
        figures = finish(training)
        watched = [getattr(epoch, monitor) for epoch in figures]
        best = int(np.argmin(watched) if monitor == "val_loss" else np.argmax(watched))
        assert len(figures) == best + 1 + 2 < 400
        assert loss_of(training, dataset.validation) == pytest.approx(
            figures[best].val_loss, rel=1e-4
        )
        final = training.final_figures()
        assert final["val_loss"] == figures[best].val_loss
        assert final["loss"] == figures[best].loss
        assert final["test_loss"] == pytest.approx(loss_of(training, dataset.test), rel=1e-4)

    def test_keeps_the_best_epoch_of_a_run_that_was_not_stopped(
        self, blobs, plan, programs, finish
    ):
        dataset = blobs()
        rule = EarlyStopping(patience=400)
        training = Training(plan(**WILD | {"epochs": 30}, early_stopping=rule), dataset, programs)
        figures = finish(training)
        best = min(figures, key=lambda epoch: epoch.val_loss)
        assert len(figures) == 30
        assert best.epoch < 30
        assert loss_of(training, dataset.validation) == pytest.approx(best.val_loss, rel=1e-4)

    def test_trains_as_without_it_until_then(self, blobs, plan, programs, finish):
        rule = EarlyStopping(patience=2)
        stopped = finish(Training(plan(**WILD, early_stopping=rule), blobs(), programs))
        free = finish(Training(plan(**WILD), blobs(), programs))
        assert [epoch.loss for epoch in stopped] == [epoch.loss for epoch in free[: len(stopped)]]

    def test_needs_no_program_of_its_own(self, blobs, plan, programs, finish):
        traces = set()
        for rule in (None, EarlyStopping(patience=1)):
            finish(Training(plan(early_stopping=rule), blobs(), programs))
            traces.add(programs.traces)
        assert len(traces) == 1

    def test_a_resumed_run_returns_to_the_same_epoch(
        self, blobs, plan, fresh_programs, finish, tmp_path
    ):
        rule = EarlyStopping(patience=20)
        wild = WILD | {"learning_rate": 4.0}
        recipe = plan(**wild, early_stopping=rule, dropout=Dropout(rate=0.1))
        interrupted = Training(recipe, blobs(), fresh_programs)
        best = None
        while best is None or interrupted.epoch < best.epoch + 3:
            for epoch in interrupted.advance():
                if best is None or epoch.val_loss < best.val_loss:
                    best = epoch
        assert not interrupted.finished
        interrupted.save(tmp_path / "checkpoint")
        undisturbed = Training(recipe, blobs(), fresh_programs)
        last = finish(undisturbed)[-1]
        assert 20 < last.epoch < 400
        weights, final = undisturbed.model.get_weights(), undisturbed.final_figures()
        resumed = Training(recipe, blobs(), fresh_programs)
        resumed.restore(tmp_path / "checkpoint")
        assert finish(resumed)[-1].epoch == last.epoch
        assert resumed.final_figures() == final
        for received, expected in zip(resumed.model.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(received, expected)

    def test_of_a_diverged_run_tells_the_divergence(self, blobs, plan, programs, finish):
        rule = EarlyStopping(patience=400)
        recipe = plan(
            activation="linear",
            learning_rate=1_000.0,
            hidden_layers=[8, 8],
            epochs=400,
            early_stopping=rule,
        )
        training = Training(recipe, blobs(), programs)
        finish(training)
        assert training.last.loss is None
        assert training.final_figures()["loss"] is None
