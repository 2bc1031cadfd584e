"""A run that was interrupted ends as an undisturbed one."""

import numpy as np
import pytest

from fitserve_core.spec import Adam, Dropout, ExponentialDecay, Lbfgs, Nadam, Regularizer, Sgd
from fitserve_workers.training import Training

RECIPES = {
    "momentum": {"optimizer": Sgd(name="sgd", momentum=0.9)},
    "adam": {"optimizer": Adam(name="adam")},
    "nadam": {"optimizer": Nadam(name="nadam")},
    "dropout": {"dropout": Dropout(rate=0.3, at=["input", "hidden", "output"])},
    "schedule": {
        "schedule": ExponentialDecay(name="exponential_decay", decay_steps=99, decay_rate=0.99)
    },
    "penalty": {"regularizer": Regularizer(l1=0.003, l2=0.004)},
    "normalization": {"batch_normalization": True},
    "lbfgs": {"optimizer": Lbfgs(name="lbfgs"), "epochs": 30},
}


def told(figures):
    return [epoch.model_dump(exclude={"seconds"}) for epoch in figures]


def saved_on_the_way(training, path, after):
    figures = []
    while training.epoch < after:
        figures += training.advance()
    assert not training.finished
    training.save(path)
    return figures


@pytest.mark.parametrize("knobs", RECIPES.values(), ids=list(RECIPES))
class TestRestore:
    def test_goes_on_bit_for_bit_and_ends_but_once(
        self, knobs, blobs, plan, programs, finish, shortest_slices, tmp_path
    ):
        recipe = plan(**{"epochs": 60, "learning_rate": 0.003} | knobs)
        interrupted = Training(recipe, blobs(), programs)
        with shortest_slices():
            before = saved_on_the_way(interrupted, tmp_path / "checkpoint", after=5)

        undisturbed = Training(recipe, blobs(), programs)
        expected = finish(undisturbed)
        weights, final = undisturbed.model.get_weights(), undisturbed.final_figures()

        resumed = Training(recipe, blobs(), programs)
        resumed.restore(tmp_path / "checkpoint")
        assert resumed.epoch == len(before)
        after = finish(resumed)

        assert told(before + after) == told(expected)
        assert resumed.final_figures() == final
        for received, wanted in zip(resumed.model.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(received, wanted)

        resumed.save(tmp_path / "checkpoint")
        ended = Training(recipe, blobs(), programs)
        ended.restore(tmp_path / "checkpoint")
        assert ended.finished
        assert ended.last == after[-1]
        assert ended.final_figures() == final


class TestSave:
    def test_before_the_first_epoch_is_a_fresh_start(self, blobs, plan, programs, finish, tmp_path):
        training = Training(plan(), blobs(), programs)
        training.save(tmp_path / "checkpoint")
        expected = finish(training)
        training.restore(tmp_path / "checkpoint")
        assert (training.epoch, training.last) == (0, None)
        assert told(finish(training)) == told(expected)

    def test_within_an_epoch_is_refused(self, blobs, plan, programs, shortest_slices, tmp_path):
        training = Training(plan(), blobs(), programs)
        with shortest_slices():
            training.advance()
        with pytest.raises(RuntimeError, match="epoch 1 is under way"):
            training.save(tmp_path / "checkpoint")

    def test_of_another_plan_is_not_restored(self, blobs, plan, programs, tmp_path):
        Training(plan(seed=1), blobs(), programs).save(tmp_path / "checkpoint")
        other = Training(plan(seed=2), blobs(), programs)
        with pytest.raises(ValueError, match="of another plan"):
            other.restore(tmp_path / "checkpoint")
