"""Images changed on the fly: where pixels go, within which bounds, and always the same way."""

import functools
import math

import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf

from fitserve_core.datasets.dataset import Dataset, Rows, Scale
from fitserve_core.datasets.registry import DatasetInfo
from fitserve_core.spec import Augmentation, Elastic
from fitserve_workers.training import Training
from fitserve_workers.training.augmentation import (
    KINDS,
    Augmenter,
    gaussian_blur,
)
from fitserve_workers.training.keys import AUGMENTATION
from fitserve_workers.training.moving import Affine, moved
from fitserve_workers.training.noise import Noise
from fitserve_workers.training.nonzeros import Scratch, non_zeros

SIDE = 12
ALL = Augmentation(shift=2, rotation=15, scale=0.1, elastic=Elastic(alpha=8, sigma=3), noise=10)


@pytest.fixture
def images():
    """Five smooth images with values from 0 to 1."""
    random = np.random.default_rng(3)
    rough = random.random((5, SIDE, SIDE))
    smooth = scipy.ndimage.gaussian_filter(rough, (0, 1, 1))
    return ((smooth - smooth.min()) / np.ptp(smooth)).astype(np.float32)


@pytest.fixture
def textures():
    """A data set of images of 12 × 12, two labels."""
    random = np.random.default_rng(4)
    labels = random.integers(0, 2, 30).astype(np.int32)
    inputs = (random.random((30, SIDE * SIDE)) * (0.4 + 0.6 * labels[:, None])).astype(np.float32)
    rows = Rows(inputs, labels)
    info = DatasetInfo("textures", "classification", SIDE * SIDE, 2, 30, "", {}, side=SIDE)
    return Dataset(info, rows, None, rows, Scale(0, 255))


def move(images, *, angle=0.0, zoom=1.0, shift_x=0.0, shift_y=0.0):
    rows = len(images)
    draws = [tf.fill((rows, 1), float(value)) for value in (angle, zoom, shift_x, shift_y)]
    flat = moved(images.reshape(rows, -1), SIDE, *Affine.moving(SIDE, *draws).sources(SIDE))
    return np.asarray(flat).reshape(images.shape)


@functools.cache
def augmenting(knobs):
    step = tf.Variable(0)
    noise = Noise(step, KINDS, AUGMENTATION)
    return step, noise, tf.function(Augmenter(knobs, SIDE, noise), jit_compile=True)


def drawn(knobs, images, seed=1, step=0):
    """What an augmenter makes of images at a step of the run with a seed."""
    steps, noise, augment = augmenting(knobs)
    steps.assign(step)
    noise.seed(seed)
    return np.asarray(augment(tf.constant(images.reshape(len(images), -1))))


class TestMoved:
    def test_leaves_an_image_that_is_not_moved(self, images):
        np.testing.assert_allclose(move(images), images, atol=1e-6)

    def test_shifts_by_whole_pixels_exactly(self, images):
        received = move(images, shift_x=2, shift_y=-1)
        np.testing.assert_allclose(received[:, :-1, 2:], images[:, 1:, :-2], atol=1e-6)
        assert not received[:, :, :2].any()
        assert not received[:, -1].any()

    def test_turns_x_towards_y(self, images):
        received = move(images, angle=math.pi / 2)
        np.testing.assert_allclose(received, np.rot90(images, -1, axes=(1, 2)), atol=1e-5)

    @pytest.mark.parametrize(
        "change", [{"angle": 0.3}, {"zoom": 1.25}, {"zoom": 0.8, "angle": -0.2, "shift_x": 1.5}]
    )
    def test_interpolates_as_scipy_does(self, images, change):
        received = move(images, **change)
        angle, zoom = change.get("angle", 0.0), change.get("zoom", 1.0)
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        back = turn / zoom  # from (x, y) of the result to (x, y) of the image
        swapped = back[::-1, ::-1]  # SciPy's order is (y, x)
        centre = np.full(2, (SIDE - 1) / 2)
        shift = np.array([0.0, change.get("shift_x", 0.0)])
        offset = centre - swapped @ (centre + shift)
        for image, result in zip(images, received, strict=True):
            expected = scipy.ndimage.affine_transform(
                image.astype(float), swapped, offset, order=1, mode="grid-constant"
            )
            np.testing.assert_allclose(result, expected, atol=2e-5)


class TestElastic:
    def test_blur_is_a_gaussian_filter_without_a_border(self):
        random = np.random.default_rng(1)
        field = random.random((SIDE, SIDE))
        blur = gaussian_blur(SIDE, 1.5)
        expected = scipy.ndimage.gaussian_filter(field, 1.5, mode="constant", truncate=12)
        # SciPy's weights are normalised to a sum of 1, which a Gaussian of 1.5 has but for 1e-4.
        np.testing.assert_allclose(blur @ field @ blur.T, expected, rtol=1e-3)

    def test_bends_every_image_its_own_way(self, images):
        same = np.repeat(images[:1], 4, axis=0)
        bent = drawn(Augmentation(elastic=Elastic(alpha=8, sigma=3)), same)
        assert len({image.tobytes() for image in bent}) == 4


class TestOfRows:
    """The same images by what is not zero in them."""

    @pytest.mark.parametrize("side", [12, 10, 7])  # lines of whole fours, of twos, and neither
    @pytest.mark.parametrize(
        "knobs",
        [
            Augmentation(shift=3, rotation=40, scale=0.4),
            Augmentation(elastic=Elastic(alpha=8, sigma=3)),
            Augmentation(shift=2, elastic=Elastic(alpha=8, sigma=3)),
        ],
        ids=["affine", "elastic", "both"],
    )
    def test_are_those_of_a_call(self, knobs, side):
        images = strokes(side)
        step = tf.Variable(3)
        noise = Noise(step, KINDS, AUGMENTATION)
        noise.seed(1)
        augmenter = Augmenter(knobs, side, noise, Scratch(len(images), side * side))
        places = tf.range(len(images))
        expected = tf.function(augmenter, jit_compile=True)(tf.constant(images))
        known = non_zeros(images)
        of_rows = tf.function(lambda: augmenter.of_rows(known.of(places)), jit_compile=True)
        spans, columns, values = (np.asarray(part) for part in of_rows())
        received = np.zeros_like(images)
        for row, (start, end) in enumerate(spans):
            assert values[start:end].all()
            assert (np.diff(columns[start:end]) > 0).all()
            received[row, columns[start:end]] = values[start:end]
        np.testing.assert_allclose(received, expected, atol=1e-6)
        assert np.count_nonzero(received) > np.count_nonzero(images) / 2


def strokes(side):
    """Nine images, mostly zeros: strokes up to the edges, a single pixel, and none at all."""
    random = np.random.default_rng(5)
    images = random.random((9, side, side), np.float32)
    images[random.random(images.shape) > 0.5] = 0
    for image in images[:6]:
        rows, columns = np.sort(random.integers(0, side, (2, 2)))
        kept = image[rows[0] : rows[1] + 1, columns[0] : columns[1] + 1].copy()
        image[:] = 0
        image[rows[0] : rows[1] + 1, columns[0] : columns[1] + 1] = kept
    images[6:] = 0
    images[6, 0, -1] = images[8, 0, 0] = images[8, -1, -1] = 1
    return images.reshape(9, -1)


class TestDraws:
    def test_depend_on_seed_and_step_alone(self, images):
        first = drawn(ALL, images, seed=1, step=5)
        np.testing.assert_array_equal(drawn(ALL, images, seed=1, step=5), first)
        assert not np.array_equal(drawn(ALL, images, seed=2, step=5), first)
        assert not np.array_equal(drawn(ALL, images, seed=1, step=6), first)

    def test_pixels_stay_pixels(self, images):
        changed = drawn(Augmentation(shift=8, rotation=45, scale=0.5, noise=128), images)
        assert changed.min() >= 0
        assert changed.max() <= 1

    def test_noise_has_the_deviation_that_was_asked_for(self):
        grey = np.full((200, SIDE, SIDE), 0.5, np.float32)
        changed = drawn(Augmentation(noise=12.75), grey)
        # 28,800 draws: their deviation is known to half a percent.
        assert np.std(changed) == pytest.approx(0.05, rel=0.03)
        assert np.mean(changed) == pytest.approx(0.5, abs=0.002)


class TestTraining:
    def test_sees_other_images_than_a_plain_run_and_tests_on_the_plain_ones(
        self, textures, plan, programs, finish
    ):
        plain = Training(plan(), textures, programs)
        first = finish(plain)
        augmented = Training(plan(augmentation=ALL), textures, programs)
        second = finish(augmented)
        assert [epoch.loss for epoch in first] != [epoch.loss for epoch in second]
        augmented.model.set_weights(plain.model.get_weights())
        assert augmented.final_figures()["test_loss"] == plain.final_figures()["test_loss"]

    def test_a_resumed_run_sees_the_very_same_images(
        self, textures, plan, programs, finish, shortest_slices, tmp_path
    ):
        recipe = plan(augmentation=ALL, epochs=40)
        first = Training(recipe, textures, programs)
        with shortest_slices():
            while not first.advance():
                pass
        assert not first.finished
        first.save(tmp_path / "checkpoint.npz")
        whole = Training(recipe, textures, programs)
        finish(whole)
        weights = whole.model.get_weights()
        second = Training(recipe, textures, programs)
        second.restore(tmp_path / "checkpoint.npz")
        finish(second)
        for received, expected in zip(second.model.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(received, expected)

    def test_runs_that_differ_in_seed_share_a_program(self, textures, plan, programs, finish):
        traces = set()
        for seed in (1, 2):
            finish(Training(plan(augmentation=ALL, seed=seed), textures, programs))
            traces.add(programs.traces)
        assert len(traces) == 1
