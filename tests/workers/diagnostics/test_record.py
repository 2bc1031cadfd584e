"""What a finished run shows: layers, weights, curves, confusions."""

import numpy as np
import pytest

from fitserve_core.datasets.binary import towards
from fitserve_core.datasets.certified import certified_transmittance
from fitserve_core.datasets.dataset import Dataset, Rows, Scale
from fitserve_core.datasets.eckerle4 import MEASUREMENTS
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.records import RunRecord
from fitserve_core.spec import Pretraining, Target
from fitserve_workers.diagnostics import record_of, weights_of
from fitserve_workers.training import Training


@pytest.fixture
def digits() -> Dataset:
    """Forty random images of 28 × 28, two labels told apart by their brightness."""
    random = np.random.default_rng(2)
    labels = random.integers(0, 2, 40).astype(np.int32)
    pixels = np.rint(random.random((40, 784)) * (100 + 155 * labels[:, np.newaxis]))
    rows = Rows((pixels / 255).astype(np.float32), labels)
    return Dataset(DATASETS["mnist"], rows, rows, rows, Scale(0, 255))


def finished(plan, dataset, programs, finish) -> tuple[RunRecord, Training]:
    training = Training(plan, dataset, programs)
    start = weights_of(training.model)
    finish(training)
    return record_of(plan, training, dataset, start), training


class TestWeights:
    def test_histograms_count_every_weight(self, transmittance, plan, programs, finish):
        recipe = plan(hidden_layers=[6, 4])
        record, _ = finished(recipe, transmittance(), programs, finish)
        for weights in (record.start, record.end):
            assert [layer.name for layer in weights.layers] == ["hidden_1", "hidden_2", "output"]
            assert [sum(layer.kernel.counts) for layer in weights.layers] == [6, 24, 4]
            assert [sum(layer.bias.counts) for layer in weights.layers] == [6, 4, 1]
        assert record.start != record.end
        assert record.parameters == record.trainable_parameters == 45

    def test_start_has_the_biases_that_the_initializer_gave(
        self, transmittance, plan, programs, finish
    ):
        record, _ = finished(plan(), transmittance(), programs, finish)
        edges = record.start.layers[0].bias.edges
        assert edges[0] < 0 < edges[-1]
        assert [count for count in record.start.layers[0].bias.counts if count] == [8]

    def test_images_show_the_first_layers_neurons(self, digits, plan, programs, finish):
        recipe = plan(dataset="mnist", hidden_layers=[31], epochs=1)
        record, training = finished(recipe, digits, programs, finish)
        images = record.end.images
        assert [image.neuron for image in images] == list(range(0, 31, 2))
        kernel = np.asarray(training.model.get_layer("hidden_1").kernel)[:, 4].reshape(28, 28)
        image = images[2]
        shown = image.minimum + np.array(image.pixels) / 255 * (image.maximum - image.minimum)
        step = (image.maximum - image.minimum) / 255
        np.testing.assert_allclose(shown, kernel, atol=0.51 * step)

    def test_pretrained_weights_are_where_the_epochs_begin(self, transmittance, plan, programs):
        recipe = plan(pretraining=Pretraining(epochs=5), learning_rate=1e-9, epochs=1)
        training = Training(recipe, transmittance(), programs)
        start = weights_of(training.model)
        while not training.finished:
            training.advance()
        record = record_of(recipe, training, transmittance(), start)
        assert len(record.pretraining[0]) == 5
        first, last = (weights.layers[0].kernel for weights in (record.start, record.end))
        np.testing.assert_allclose(first.edges, last.edges, atol=1e-6)

    def test_lost_start_is_told_as_such(self, transmittance, plan, programs, finish):
        training = Training(plan(), transmittance(), programs)
        finish(training)
        assert record_of(plan(), training, transmittance(), None).start is None


class TestCurve:
    def test_is_the_models_beside_the_certified_one(self, transmittance, plan, programs, finish):
        dataset = transmittance()
        record, training = finished(plan(), dataset, programs, finish)
        points = {point.wavelength: point for point in record.curve.points}
        assert (min(points), max(points), len(points)) == (400, 500, 201)
        point = points[451.5]
        assert point.certified == float(certified_transmittance(451.5))
        scaled = dataset.input_scale.apply(np.array([[451.5]]))
        expected = dataset.target_scale.invert(np.asarray(training.model(scaled)))
        assert point.fitted == pytest.approx(expected[0, 0])

    def test_residuals_are_of_every_measurement_and_know_its_part(
        self, transmittance, plan, programs, finish
    ):
        record, _ = finished(plan(), transmittance(), programs, finish)
        residuals = record.curve.residuals
        assert [(one.wavelength, one.transmittance) for one in residuals] == list(MEASUREMENTS)
        parts = [one.part for one in residuals]
        assert (parts.count("train"), parts.count("test")) == (21, 14)
        for one in residuals:
            assert one.residual == pytest.approx(one.transmittance - one.fitted)

    def test_test_residuals_make_up_the_reported_mse(self, transmittance, plan, programs, finish):
        record, training = finished(plan(), transmittance(), programs, finish)
        test = [one.residual**2 for one in record.curve.residuals if one.part == "test"]
        reported = training.final_figures()["test_mse_data_units"]
        assert np.mean(test) == pytest.approx(reported, rel=1e-4)

    def test_what_is_not_finite_is_null(self, transmittance, plan, programs, finish):
        recipe = plan(learning_rate=1_000.0, activation="linear", epochs=50)
        record, training = finished(recipe, transmittance(), programs, finish)
        assert training.last.loss is None
        assert record.curve.points[0].fitted is None
        assert RunRecord.model_validate_json(record.model_dump_json()) == record


class TestDigits:
    def test_confusion_counts_every_row(self, digits, plan, programs, finish):
        recipe = plan(dataset="mnist", hidden_layers=[4], epochs=1)
        record, training = finished(recipe, digits, programs, finish)
        assert [one.part for one in record.confusion] == ["validation", "test"]
        counts = np.array(record.confusion[1].counts)
        assert counts.sum() == 40
        assert np.trace(counts) / 40 == pytest.approx(training.final_figures()["test_accuracy"])

    def test_a_yes_or_no_question_has_two_classes(self, digits, plan, programs, finish):
        target = Target.model_validate({"is": [1]})
        asked = towards(digits, target)
        recipe = plan(dataset="mnist", hidden_layers=[4], epochs=1, target=target)
        record, training = finished(recipe, asked, programs, finish)
        counts = np.array(record.confusion[1].counts)
        assert counts.shape == (2, 2)
        assert np.trace(counts) / 40 == pytest.approx(training.final_figures()["test_accuracy"])
        assert record.parameters == 784 * 4 + 4 + 4 + 1
        assert all(0.5 <= one.probability <= 1 for one in record.most_wrong)

    def test_most_wrong_are_wrong_and_the_most_confident_first(
        self, digits, plan, programs, finish
    ):
        recipe = plan(dataset="mnist", hidden_layers=[4], epochs=1, learning_rate=1e-6)
        record, _ = finished(recipe, digits, programs, finish)
        wrong = record.most_wrong
        assert wrong
        assert all(one.label != one.predicted for one in wrong)
        confidences = [one.probability for one in wrong]
        assert confidences == sorted(confidences, reverse=True)
        image = np.rint(digits.test.inputs[wrong[0].row] * 255).reshape(28, 28)
        assert wrong[0].pixels == image.tolist()
        assert wrong[0].label == digits.test.targets[wrong[0].row]
