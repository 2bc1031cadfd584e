"""The ONNX file answers in the data's own units, and as the Keras model does."""

import json
from typing import get_args

import keras
import numpy as np
import onnx
import onnxruntime
import pytest

from fitserve_core.datasets.binary import towards
from fitserve_core.datasets.dataset import Dataset, Rows, Scale
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.spec import Activation, Dropout, Target
from fitserve_workers.export import export_onnx
from fitserve_workers.training import Training
from fitserve_workers.training.program import Program
from fitserve_workers.training.shape import Shape

ACTIVATIONS = get_args(Activation)


@pytest.fixture
def answers(tmp_path):
    """Return a function that exports a training and answers inputs from the file, by output."""

    def _answers(recipe, dataset, training, inputs):
        path = tmp_path / "model.onnx"
        export_onnx(recipe, dataset, training.model, path)
        session = onnxruntime.InferenceSession(path)
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(None, {"inputs": inputs}), strict=True))

    return _answers


@pytest.fixture
def raw_digits():
    return np.random.default_rng(1).integers(0, 256, (37, 784)).astype(np.uint8)


@pytest.fixture
def digits(raw_digits):
    scale = Scale(0.0, 255.0)
    rows = Rows(scale.apply(raw_digits), (np.arange(37) % 10).astype(np.int32))
    return Dataset(DATASETS["mnist"], rows, None, rows, scale)


class TestClassification:
    @pytest.mark.parametrize("activation", ACTIVATIONS)
    def test_takes_pixels_and_gives_the_models_logits_and_their_softmax(
        self, activation, raw_digits, digits, plan, answers
    ):
        recipe = plan(dataset="mnist", hidden_layers=[12, 7], activation=activation)
        # Not trained: that would compile a program for each activation.
        program = Program(Shape.of(recipe, digits))
        random = np.random.default_rng(2)
        weights = [0.1 * random.standard_normal(each.shape) for each in program.model.weights]
        program.model.set_weights(weights)
        given = answers(recipe, digits, program, raw_digits.astype(np.float32))
        logits = np.asarray(program.model(digits.train.inputs))
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        assert list(given) == ["logits", "probabilities"]
        np.testing.assert_allclose(given["logits"], logits, atol=1e-5)
        np.testing.assert_allclose(
            given["probabilities"],
            exponentials / exponentials.sum(axis=1, keepdims=True),
            atol=1e-5,
        )

    def test_normalises_by_moving_statistics_and_drops_nothing(
        self, raw_digits, digits, plan, answers
    ):
        recipe = plan(
            dataset="mnist",
            hidden_layers=[12, 7],
            batch_normalization=True,
            dropout=Dropout(rate=0.3, at=["input", "hidden", "output"]),
        )
        program = Program(Shape.of(recipe, digits))
        random = np.random.default_rng(2)
        weights = [0.1 * random.standard_normal(each.shape) for each in program.model.weights]
        program.model.set_weights(weights)
        for layer in program.model.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.moving_variance.assign(random.uniform(0.5, 2, layer.moving_variance.shape))
        given = answers(recipe, digits, program, raw_digits.astype(np.float32))
        logits = np.asarray(program.model(digits.train.inputs))
        np.testing.assert_allclose(given["logits"], logits, atol=1e-5)


class TestBinaryClassification:
    def test_takes_pixels_and_gives_the_models_logit_and_its_sigmoid(
        self, raw_digits, digits, plan, programs, finish, answers
    ):
        target = Target.model_validate({"is": [3]})
        dataset = towards(digits, target)
        recipe = plan(dataset="mnist", target=target, hidden_layers=[12, 7])
        training = Training(recipe, dataset, programs)
        finish(training)
        given = answers(recipe, dataset, training, raw_digits.astype(np.float32))
        logits = np.asarray(training.model(dataset.train.inputs))
        assert list(given) == ["logits", "probability"]
        assert logits.shape == (37, 1)
        np.testing.assert_allclose(given["logits"], logits, atol=1e-5)
        np.testing.assert_allclose(given["probability"], 1 / (1 + np.exp(-logits)), atol=1e-5)

    def test_tells_its_task_and_target(self, digits, plan, programs, tmp_path):
        target = Target.model_validate({"is": [3]})
        dataset = towards(digits, target)
        recipe = plan(dataset="mnist", target=target, hidden_layers=[12, 7])
        path = tmp_path / "model.onnx"
        export_onnx(recipe, dataset, Training(recipe, dataset, programs).model, path)
        told = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
        assert (told["dataset"], told["task"]) == ("mnist", "binary_classification")
        assert json.loads(told["plan"])["target"] == {"is": [3]}


class TestRegression:
    @pytest.mark.parametrize("scaling", ["train", "full"])
    def test_takes_wavelengths_and_gives_transmittances(
        self, scaling, transmittance, plan, programs, finish, answers
    ):
        dataset = transmittance(2, scaling)
        recipe = plan(hidden_layers=[16, 8], epochs=50, scaling=scaling)
        training = Training(recipe, dataset, programs)
        finish(training)
        wavelengths = np.linspace(390, 510, 241)[:, np.newaxis]
        given = answers(recipe, dataset, training, wavelengths.astype(np.float32))
        scaled = np.asarray(training.model(dataset.input_scale.apply(wavelengths)))
        assert list(given) == ["value"]
        np.testing.assert_allclose(
            given["value"], dataset.target_scale.invert(scaled), atol=1e-5, rtol=0
        )
        assert np.ptp(given["value"]) > 0.01


class TestFile:
    def test_without_hidden_layers_is_a_linear_model(self, transmittance, plan, programs, answers):
        dataset = transmittance()
        recipe = plan(hidden_layers=[])
        training = Training(recipe, dataset, programs)
        given = answers(recipe, dataset, training, np.array([[400], [450], [500]], np.float32))
        low, middle, high = given["value"].ravel()
        assert middle == pytest.approx((low + high) / 2, abs=1e-6)

    def test_tells_what_it_is(self, transmittance, plan, programs, tmp_path):
        recipe = plan()
        dataset = transmittance()
        path = tmp_path / "model.onnx"
        export_onnx(recipe, dataset, Training(recipe, dataset, programs).model, path)
        proto = onnx.load(path)
        told = {entry.key: entry.value for entry in proto.metadata_props}
        assert told["dataset"] == "eckerle4"
        assert told["task"] == "regression"
        assert json.loads(told["plan"])["seed"] == recipe.seed
        assert told["fitserve"]
        (inputs,) = proto.graph.input
        assert inputs.name == "inputs"
        rows, width = inputs.type.tensor_type.shape.dim
        assert rows.dim_param == "rows"
        assert width.dim_value == 1
