"""A run: figures, slices, compile-once, divergence."""

import numpy as np
import pytest

from fitserve_core.spec import Adam
from fitserve_workers.training import ProgramCache, Training


class TestAdvance:
    def test_reports_every_epoch_once_in_order(self, blobs, plan, programs, finish):
        training = Training(plan(epochs=40), blobs(), programs)
        figures = finish(training)
        assert [epoch.epoch for epoch in figures] == list(range(1, 41))
        assert training.epoch == 40
        assert training.last == figures[-1]
        assert all(epoch.learning_rate == 0.05 and epoch.seconds > 0 for epoch in figures)

    def test_stands_at_an_epochs_end_whenever_it_returns_figures(self, blobs, plan, programs):
        training = Training(plan(batch_size=1, epochs=300), blobs(), programs)
        while not training.finished:
            if training.advance():
                assert training.at_epoch_end

    def test_goes_on_after_a_block_of_orders(self, blobs, plan, programs, finish):
        # One step an epoch: a block of orders holds 1,024 epochs.
        figures = finish(Training(plan(batch_size=50, epochs=1_030), blobs(), programs))
        assert [epoch.epoch for epoch in figures] == list(range(1, 1_031))

    def test_does_nothing_once_finished(self, blobs, plan, programs, finish):
        training = Training(plan(epochs=2), blobs(), programs)
        finish(training)
        weights = training.model.get_weights()
        assert training.advance() == []
        for before, after in zip(weights, training.model.get_weights(), strict=True):
            np.testing.assert_array_equal(before, after)

    def test_learns(self, blobs, plan, programs, finish):
        figures = finish(Training(plan(epochs=60), blobs(), programs))
        assert figures[-1].accuracy > 0.95
        assert figures[-1].loss < figures[0].loss / 2

    def test_has_no_validation_figures_without_validation_rows(
        self, transmittance, plan, programs, finish
    ):
        figures = finish(Training(plan(), transmittance(), programs))
        assert all(epoch.val_loss is None and epoch.val_mse is None for epoch in figures)
        assert all(epoch.accuracy is None and epoch.mse is not None for epoch in figures)

    def test_takes_a_batch_size_above_the_rows_as_all_rows(self, blobs, plan, programs, finish):
        dataset = blobs()
        large = finish(Training(plan(batch_size=1_000), dataset, programs))
        exact = finish(Training(plan(batch_size=50), dataset, programs))
        assert [epoch.loss for epoch in large] == [epoch.loss for epoch in exact]


class TestSeeds:
    def test_same_seed_same_run_other_seed_another(self, blobs, plan, programs, finish):
        def losses(seed):
            recipe = plan(seed=seed, optimizer=Adam(name="adam"))
            return [epoch.loss for epoch in finish(Training(recipe, blobs(), programs))]

        first, other, again = losses(1), losses(2), losses(1)
        assert first == again
        assert first != other


class TestCompileOnce:
    def test_seeds_learning_rates_and_splits_share_a_program(
        self, transmittance, plan, fresh_programs, finish
    ):
        for split_seed in (0, 1, 2):
            for learning_rate in (0.001, 0.01):
                recipe = plan(
                    optimizer=Adam(name="adam"),
                    learning_rate=learning_rate,
                    seed=split_seed,
                    epochs=20 + split_seed,
                    batch_size=2,
                )
                training = Training(recipe, transmittance(split_seed), fresh_programs)
                assert len(finish(training)) == recipe.epochs
        assert fresh_programs.traces == 1
        assert training.compile_seconds == 0

    def test_another_shape_is_another_program(self, transmittance, plan, fresh_programs):
        first = Training(plan(), transmittance(), fresh_programs)
        Training(plan(hidden_layers=[9]), transmittance(), fresh_programs)
        assert fresh_programs.traces == 2
        assert first.compile_seconds > 0

    def test_a_program_dropped_from_the_cache_still_counts(self, transmittance, plan):
        small = ProgramCache(size=1)
        for units in (3, 4):
            Training(plan(hidden_layers=[units]), transmittance(), small)
        assert small.traces == 2

    def test_a_run_that_lost_its_program_says_so(self, blobs, plan, programs):
        first = Training(plan(), blobs(), programs)
        Training(plan(seed=1), blobs(), programs)
        with pytest.raises(RuntimeError, match="ProgramCache"):
            first.advance()


class TestDivergence:
    def test_ends_with_the_epoch_whose_loss_is_not_finite(
        self, transmittance, plan, programs, finish
    ):
        training = Training(
            plan(activation="linear", learning_rate=1_000.0, epochs=500), transmittance(), programs
        )
        figures = finish(training)
        assert training.finished
        assert training.epoch == len(figures) < 500
        assert figures[-1].loss is None
        assert figures[-1].mse is None
        assert all(epoch.loss is not None for epoch in figures[:-1])
        assert training.final_figures()["test_mse"] is None


class TestFinalFigures:
    def test_of_digits(self, blobs, plan, programs, finish):
        dataset = blobs(test=1_300)
        training = Training(plan(epochs=30), dataset, programs)
        last = finish(training)[-1]
        final = training.final_figures()
        logits = np.asarray(training.model(dataset.test.inputs), np.float64)
        labels = dataset.test.targets
        chosen = logits[np.arange(len(labels)), labels]
        loss = np.mean(np.log(np.exp(logits).sum(axis=-1)) - chosen)
        assert final == {
            "loss": last.loss,
            "accuracy": last.accuracy,
            "data_loss": last.loss,
            "val_loss": last.val_loss,
            "val_data_loss": last.val_loss,
            "val_accuracy": last.val_accuracy,
            "test_loss": pytest.approx(loss, rel=1e-5),
            "test_data_loss": pytest.approx(loss, rel=1e-5),
            "test_accuracy": np.mean(logits.argmax(axis=-1) == labels),
        }

    @pytest.mark.parametrize("scaling", ["train", "full"])
    def test_of_values_are_in_the_datas_own_units_too(
        self, scaling, transmittance, plan, programs, finish
    ):
        dataset = transmittance(3, scaling)
        training = Training(plan(epochs=30), dataset, programs)
        last = finish(training)[-1]
        final = training.final_figures()
        predicted = dataset.target_scale.invert(np.asarray(training.model(dataset.test.inputs)))
        actual = dataset.target_scale.invert(dataset.test.targets)
        squared_error = np.mean((predicted - actual) ** 2)
        full_width = dataset.full_target_scale.width
        assert final["test_mse_data_units"] == pytest.approx(squared_error, rel=1e-4)
        assert final["test_mse"] == pytest.approx(squared_error / full_width**2, rel=1e-4)
        assert final["mse"] == last.mse
        assert final["mse_data_units"] == pytest.approx(
            last.loss * dataset.target_scale.width**2, rel=1e-9
        )
