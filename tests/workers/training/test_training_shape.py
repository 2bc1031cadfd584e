"""What a program is compiled for: mini-batches that share a compiled step."""

from fitserve_workers.training.shape import Batches, Shape


def batches(recipe, dataset):
    return Shape.of(recipe, dataset).batches


class TestBatches:
    def test_of_one_size_share_a_step(self, blobs, plan):
        assert batches(plan(batch_size=4), blobs(train=20)) == (Batches(5, 4),)

    def test_share_it_with_a_short_one(self, blobs, plan):
        assert batches(plan(batch_size=4), blobs(train=21)) == (Batches(6, 4, full=False),)

    def test_do_not_where_rows_are_normalised_together(self, blobs, plan):
        recipe = plan(batch_size=4, batch_normalization=True)
        assert batches(recipe, blobs(train=22)) == (Batches(5, 4), Batches(6, 2))
