"""L-BFGS beside SciPy's own, over a Keras twin of the same network."""

import threading

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.optimize import minimize

from fitserve_core.spec import EarlyStopping, Lbfgs, Regularizer
from fitserve_workers.diagnostics import verdict
from fitserve_workers.training import Training, evaluation, pace

RECIPE = {
    "optimizer": Lbfgs(name="lbfgs"),
    "activation": "tanh",
    "regularizer": Regularizer(l1=1e-4, l2=1e-3),
    "epochs": 12,
}


def told(figures):
    return [epoch.model_dump(exclude={"seconds"}) for epoch in figures]


def minimized_by_scipy(model, rows, loss, epochs, history=10):
    """Return the loss after each iteration, without any of the product's own arithmetic."""
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    shapes = [weights.shape for weights in twin.get_weights()]
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])

    def objective(flat):
        parts = np.split(flat, ends[:-1])
        twin.set_weights([part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)])
        with tf.GradientTape() as tape:
            value = loss(rows.targets, twin(rows.inputs)) + sum(twin.losses)
        gradients = tape.gradient(value, twin.trainable_variables)
        return float(value), np.concatenate([np.ravel(part) for part in gradients])

    losses = []
    minimize(
        objective,
        np.concatenate([np.ravel(weights) for weights in twin.get_weights()]),
        jac=True,
        method="L-BFGS-B",
        callback=lambda intermediate_result: losses.append(intermediate_result.fun),
        options={"maxiter": epochs, "maxcor": history},
    )
    return [float(loss) for loss in losses]


class TestIterations:
    def test_of_regression_are_scipys(self, transmittance, plan, programs, finish):
        dataset = transmittance()
        training = Training(plan(**RECIPE), dataset, programs)
        expected = minimized_by_scipy(
            training.model, dataset.train, keras.losses.MeanSquaredError(), 12
        )
        figures = finish(training)
        assert [epoch.epoch for epoch in figures] == list(range(1, 13))
        assert [epoch.loss for epoch in figures] == pytest.approx(expected, rel=1e-4)
        assert {epoch.learning_rate for epoch in figures} == {None}
        assert all(epoch.seconds > 0 for epoch in figures)

    def test_of_classification_are_scipys_over_several_chunks(
        self, blobs, plan, fresh_programs, finish, monkeypatch
    ):
        for module in ("objective", "evaluation"):
            monkeypatch.setattr(f"fitserve_workers.training.{module}.CHUNK_ROWS", 16)
        dataset = blobs()
        assert len(dataset.train) % 16
        recipe = plan(**RECIPE | {"optimizer": Lbfgs(name="lbfgs", history=3)})
        training = Training(recipe, dataset, fresh_programs)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        expected = minimized_by_scipy(training.model, dataset.train, loss, 12, history=3)
        figures = finish(training)
        assert [epoch.loss for epoch in figures] == pytest.approx(expected, rel=1e-4)
        assert figures[-1].val_accuracy == training.final_figures()["val_accuracy"] > 0.9

    def test_end_with_the_weights_that_they_report(self, blobs, plan, programs, finish):
        dataset = blobs()
        training = Training(plan(**RECIPE), dataset, programs)
        last = finish(training)[-1]
        answered = np.argmax(training.model(dataset.train.inputs), axis=-1)
        assert last.accuracy == np.mean(answered == dataset.train.targets)


class TestEnd:
    def test_before_the_last_epoch_is_told_with_its_reason(self, blobs, plan, programs, finish):
        dataset = blobs()
        recipe = RECIPE | {"regularizer": Regularizer(l2=0.1), "epochs": 5_000}
        training = Training(plan(**recipe), dataset, programs)
        figures = finish(training)
        assert len(figures) < 5_000
        assert training.stopped.startswith("L-BFGS-B: ")
        assert verdict(training, dataset).evidence["stopped"] == training.stopped
        losses = [epoch.loss for epoch in figures]
        assert losses == sorted(losses, reverse=True)

    def test_where_nothing_lower_is_found_at_all_is_an_epoch(
        self, transmittance, plan, programs, finish
    ):
        dataset = transmittance()
        # Without kernels every answer is the bias; at the targets' mean no gradient is left.
        mean = float(dataset.train.targets.mean(dtype=np.float64))
        recipe = plan(
            optimizer=Lbfgs(name="lbfgs"),
            kernel_initializer="zeros",
            bias_initializer={"name": "constant", "value": mean},
        )
        training = Training(recipe, dataset, programs)
        [epoch] = finish(training)
        assert epoch.loss == pytest.approx(dataset.train.targets.var(), rel=1e-5)
        assert training.finished
        found = verdict(training, dataset)
        assert found.name == "did_not_train"
        assert "GRADIENT" in found.evidence["stopped"]

    def test_of_a_diverged_run_tells_the_divergence(self, blobs, plan, programs, finish):
        huge = {"name": "constant", "value": 1_000.0}
        recipe = plan(
            optimizer=Lbfgs(name="lbfgs"),
            activation="linear",
            hidden_layers=[50] * 14,
            kernel_initializer=huge,
            epochs=20,
        )
        dataset = blobs()
        training = Training(recipe, dataset, programs)
        [epoch] = finish(training)
        assert (epoch.epoch, epoch.loss) == (1, None)
        assert verdict(training, dataset).name == "diverged"


class TestEarlyStopping:
    def test_returns_to_the_best_iteration(self, blobs, plan, programs, finish):
        recipe = RECIPE | {
            "epochs": 500,
            "early_stopping": EarlyStopping(monitor="val_accuracy", patience=4),
        }
        dataset = blobs()
        training = Training(plan(**recipe), dataset, programs)
        figures = finish(training)
        best = max(figures, key=lambda epoch: epoch.val_accuracy)
        assert best.epoch == len(figures) - 4
        assert training.final_figures()["val_loss"] == best.val_loss
        assert training.stopped == "no better val_accuracy for 4 epochs"


class TestSlices:
    def test_cut_an_iteration_without_changing_it(
        self, blobs, plan, programs, fresh_programs, finish, monkeypatch
    ):
        expected = finish(Training(plan(**RECIPE), blobs(), programs))
        monkeypatch.setattr("fitserve_workers.training.full_batch.SLICE_SECONDS", 0.0)
        monkeypatch.setattr(pace, "SLICE_SECONDS", 0.0)
        for module in ("objective", "evaluation"):
            monkeypatch.setattr(f"fitserve_workers.training.{module}.CHUNK_ROWS", 16)
        training = Training(plan(**RECIPE), blobs(), fresh_programs)
        slices, figures = 0, []
        while not training.finished:
            ended = training.advance()
            figures += ended
            slices += 1
            assert training.at_epoch_end == bool(ended)
        # Of 50 rows, four chunks.
        assert slices >= 4 * len(figures)
        received = [epoch.loss for epoch in figures]
        assert received == pytest.approx([epoch.loss for epoch in expected], rel=1e-4)

    def test_leave_no_thread_behind(self, blobs, plan, programs):
        before = threading.active_count()
        training = Training(plan(**RECIPE), blobs(), programs)
        while training.epoch < 3:
            training.advance()
        assert threading.active_count() == before + 1
        del training
        assert threading.active_count() == before


class TestProgram:
    def test_is_shared_by_runs_of_a_shape(self, blobs, plan, programs, finish):
        traces = set()
        for seed in (1, 2):
            finish(Training(plan(**RECIPE, seed=seed), blobs(), programs))
            traces.add(programs.traces)
        assert len(traces) == 1

    def test_bounds_its_chunks(self, blobs, plan, programs):
        training = Training(plan(**RECIPE), blobs(train=2 * evaluation.CHUNK_ROWS + 1), programs)
        while not training.advance():
            pass
        assert training.epoch == 1
