"""Steps that skip zeros: the same training as dense steps, and when they are taken."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np
import pytest

from fitserve_core.datasets.dataset import Dataset, Rows
from fitserve_core.spec import Adam, Augmentation, Dropout, Regularizer, Sgd
from fitserve_workers.training import ProgramCache, Training, sparse
from fitserve_workers.training.sparse import leaves_zeros_alone, non_zeros
from support.twins import assert_as_keras_fits

COLUMNS = 20


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
        matrix[0, 2] = matrix[2, 0] = matrix[2, 5] = 1
        columns, starts = non_zeros(matrix)
        np.testing.assert_array_equal(columns, [2, 0, 5])
        np.testing.assert_array_equal(starts, [0, 1, 1, 3, 3])

    @pytest.mark.parametrize("value", [0, 1])
    def test_are_none_where_all_are_zero_or_too_few(self, value):
        assert non_zeros(np.full((4, 6), value, np.float32)) is None


class TestProgramCache:
    def test_skips_none_on_a_device_where_that_does_not_pay(self, sparse_rows):
        rows = sparse_rows()
        assert ProgramCache().tensors(rows, skip_zeros=True).non_zeros
        assert not ProgramCache(may_skip_zeros=False).tensors(rows, skip_zeros=True).non_zeros


class TestRule:
    def test_plain_gradient_descent_with_dropout_leaves_zeros_alone(self, plan):
        everywhere = Dropout(rate=0.2, at=["input", "hidden", "output"])
        assert leaves_zeros_alone(plan(dropout=everywhere, batch_size=8))

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
        assert programs.tensors(dataset, skip_zeros=leaves_zeros_alone(recipe)).non_zeros
        training = Training(recipe, dataset, programs)
        before = training.model.layers[0].kernel.numpy()
        assert_as_keras_fits(recipe, training, dataset, keras.optimizers.SGD(0.05))
        after = training.model.layers[0].kernel.numpy()
        np.testing.assert_array_equal(np.flatnonzero((before == after).all(1)), [7])


class TestAgainstDenseSteps:
    def test_dropout_everywhere_drops_the_same(self, sparse_rows, plan, finish, monkeypatch):
        everywhere = Dropout(rate=0.3, at=["input", "hidden", "output"])
        recipe = plan(dropout=everywhere, batch_size=1)
        skipping = Training(recipe, sparse_rows(), ProgramCache())
        figures = finish(skipping)
        monkeypatch.setattr(sparse, "LARGEST_SHARE", 0)
        dense = Training(recipe, sparse_rows(), ProgramCache())
        for ours, theirs in zip(figures, finish(dense), strict=True):
            assert ours.loss == pytest.approx(theirs.loss, abs=1e-5)
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
