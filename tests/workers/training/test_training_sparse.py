"""Steps that skip zeros: the same training as dense steps, and when they are taken."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf

from fitserve_core.datasets.dataset import Dataset, Rows
from fitserve_core.spec import Adam, Augmentation, Dropout, Elastic, Regularizer, Sgd
from fitserve_workers.training import ProgramCache, Training, nonzeros
from fitserve_workers.training.evaluation import evaluated
from fitserve_workers.training.nonzeros import non_zeros, products, with_values
from fitserve_workers.training.sparse import leaves_zeros_alone
from fitserve_workers.training.tasks import TASKS
from support.twins import assert_as_keras_fits

COLUMNS = 25  # images of 5 × 5, to those who augment


@pytest.fixture
def sparse_rows(blobs) -> Callable[..., Dataset]:
    """Return a maker of rows of which a fifth is not zero, none in column 7 and two rows."""

    def _rows(train: int = 60) -> Dataset:
        random = np.random.default_rng(3)
        dataset = blobs(train=train)

        def spread(rows: Rows) -> Rows:
            inputs = random.random((len(rows), COLUMNS), np.float32)
            inputs[random.random(inputs.shape) > 0.2] = 0
            inputs[:, 7] = 0
            inputs[:2] = 0
            return Rows(inputs, rows.targets)

        parts = {"train": spread(dataset.train), "validation": spread(dataset.validation)}
        info = dataclasses.replace(dataset.info, inputs=COLUMNS)
        return dataclasses.replace(dataset, info=info, test=parts["validation"], **parts)

    return _rows


class TestNonZeros:
    def test_are_in_compressed_sparse_rows(self):
        matrix = np.zeros((4, 6), np.float32)
        matrix[0, 2], matrix[2, 0], matrix[2, 5] = 1, 2, 3
        starts, columns, values = non_zeros(matrix)
        np.testing.assert_array_equal(starts, [0, 1, 1, 3, 3])
        np.testing.assert_array_equal(columns[:3], [2, 0, 5])
        np.testing.assert_array_equal(values[:3], [1, 2, 3])

    def test_take_the_same_room_in_matrices_of_a_size(self):
        matrix = np.eye(4, 6, dtype=np.float32)
        fewer = matrix.copy()
        fewer[0, 0] = 0
        assert [part.shape for part in non_zeros(matrix)] == [
            part.shape for part in non_zeros(fewer)
        ]

    @pytest.mark.parametrize("value", [0, 1])
    def test_are_none_where_all_are_zero_or_too_few(self, value):
        assert non_zeros(np.full((4, 6), value, np.float32)) is None


class TestWithValues:
    def test_changes_values_and_no_columns(self):
        # Rows of none to 39 numbers: whole turns of the loop, and what can be left over.
        matrix = np.tril(np.ones((40, 200), np.float32), -1) * np.arange(1, 201, dtype=np.float32)
        numbers = tf.constant([39, 0, 32, 7])

        @tf.function(jit_compile=True)
        def changed():
            rows = non_zeros(matrix).of(numbers)
            return with_values(
                rows, 200, lambda row, columns, values: tf.cast(100 * row + columns, float) - values
            )

        spans, columns, values = changed()
        for place, ((start, end), number) in enumerate(zip(spans, numbers, strict=True)):
            np.testing.assert_array_equal(columns[start:end], np.arange(number))
            np.testing.assert_array_equal(values[start:end], np.full(number, 100 * place - 1))


class TestProducts:
    def test_are_those_of_matrices(self):
        # Rows of none to eight numbers: whole turns of the loop, and all that can be left over.
        matrix = np.tril(np.ones((9, 40), np.float32), -1) * np.arange(1, 41, dtype=np.float32)
        kernel = np.random.default_rng(1).random((40, 3), np.float32)
        rows = non_zeros(matrix).of(tf.range(9))
        received = tf.function(products, jit_compile=True)(rows, tf.constant(kernel))
        np.testing.assert_allclose(received, matrix @ kernel, rtol=1e-6)


class TestEvaluated:
    @pytest.mark.parametrize("rows", [60, 64])
    def test_is_the_same_with_and_without_zeros(self, rows, sparse_rows, plan, monkeypatch):
        monkeypatch.setattr("fitserve_workers.training.evaluation.CHUNK_ROWS", 16)
        inputs, targets = (
            sparse_rows(train=rows).train.inputs,
            sparse_rows(train=rows).train.targets,
        )
        training = Training(plan(batch_size=8), sparse_rows(), ProgramCache())
        task = TASKS["classification"]
        pair = tf.constant(inputs), tf.constant(targets)
        compiled = tf.function(evaluated, jit_compile=True)
        dense, skipping = (
            compiled(training.model, task, pair, zeros) for zeros in (None, non_zeros(inputs))
        )
        np.testing.assert_allclose(skipping, dense, rtol=1e-6)


class TestProgramCache:
    def test_skips_none_on_a_device_where_that_does_not_pay(self, sparse_rows):
        rows = sparse_rows()
        assert ProgramCache().tensors(rows, skip_zeros=True).skips_zeros == (True, True)
        elsewhere = ProgramCache(may_skip_zeros=False).tensors(rows, skip_zeros=True)
        assert elsewhere.skips_zeros == (False, False)


class TestRule:
    @pytest.mark.parametrize(
        "change",
        [
            {"dropout": Dropout(rate=0.2, at=["input", "hidden", "output"])},
            {"augmentation": Augmentation(shift=2, elastic=Elastic(alpha=8, sigma=3))},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_plain_gradient_descent_leaves_zeros_alone(self, change, plan):
        assert leaves_zeros_alone(plan(batch_size=8, **change))

    @pytest.mark.parametrize(
        "change",
        [
            {"optimizer": Adam(name="adam")},
            {"optimizer": Sgd(name="sgd", momentum=0.9)},
            {"regularizer": Regularizer(l2=1e-4)},
            {"augmentation": Augmentation(noise=3)},
            {"batch_size": 129},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_others_do_not(self, change, plan):
        assert not leaves_zeros_alone(plan(**change))


class TestAgainstKerasFit:
    # 60 rows: no short batch with 1, one of 4 with 8, one of 28 with 32.
    @pytest.mark.parametrize(
        ("batch_size", "network"),
        [
            (1, {"hidden_layers": [9, 5]}),
            (8, {"hidden_layers": [9, 5], "batch_normalization": True}),
            (32, {"hidden_layers": []}),
        ],
    )
    def test_same_rows_give_the_same_weights(
        self, batch_size, network, sparse_rows, plan, programs
    ):
        dataset = sparse_rows()
        recipe = plan(batch_size=batch_size, epochs=2, **network)
        rows = programs.tensors(dataset, skip_zeros=leaves_zeros_alone(recipe))
        assert rows.skips_zeros == (True, True)
        training = Training(recipe, dataset, programs)
        before = training.model.layers[0].kernel.numpy()
        assert_as_keras_fits(recipe, training, dataset, keras.optimizers.SGD(0.05))
        after = training.model.layers[0].kernel.numpy()
        np.testing.assert_array_equal(np.flatnonzero((before == after).all(1)), [7])


class TestAgainstDenseSteps:
    @pytest.mark.parametrize(
        "change",
        [
            {"batch_size": 1, "dropout": Dropout(rate=0.3, at=["input", "hidden", "output"])},
            {"batch_size": 8, "augmentation": Augmentation(shift=1, rotation=20)},
            {
                "batch_size": 8,
                "augmentation": Augmentation(shift=1, rotation=20),
                "dropout": Dropout(rate=0.3, at=["input"]),
            },
            {"batch_size": 16, "hidden_layers": [9, 5], "batch_normalization": True},
        ],
        ids=["dropout everywhere", "augmentation", "both", "normalised"],
    )
    def test_draws_and_trains_the_same(self, change, sparse_rows, plan, finish, monkeypatch):
        recipe = plan(**change)
        rows = sparse_rows()
        skipping = Training(recipe, rows, ProgramCache())
        figures = finish(skipping)
        monkeypatch.setattr(nonzeros, "LARGEST_SHARE", 0)
        dense = Training(recipe, rows, ProgramCache())
        for ours, theirs in zip(figures, finish(dense), strict=True):
            assert ours.loss == pytest.approx(theirs.loss, abs=1e-5)
            assert ours.val_loss == pytest.approx(theirs.val_loss, abs=1e-5)
            assert ours.gradient_norms == pytest.approx(theirs.gradient_norms, abs=1e-5)
        for ours, theirs in zip(skipping.model.weights, dense.model.weights, strict=True):
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-5, rtol=0)


class TestResuming:
    def test_ends_with_the_same_bits(self, sparse_rows, plan, programs, finish, tmp_path):
        recipe, dataset = plan(batch_size=8, epochs=3), sparse_rows()
        training = Training(recipe, dataset, programs)
        while training.epoch == 0:
            training.advance()
        training.save(tmp_path / "checkpoint.npz")
        finish(training)
        undisturbed = training.model.get_weights()

        resumed = Training(recipe, dataset, programs)
        resumed.restore(tmp_path / "checkpoint.npz")
        finish(resumed)

        for ours, theirs in zip(resumed.model.get_weights(), undisturbed, strict=True):
            np.testing.assert_array_equal(ours, theirs)
