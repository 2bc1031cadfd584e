"""Small trained models: real ONNX files, laid out as the workers' export lays them out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from fitserve_core.artefacts import Artefacts
from fitserve_core.results import Experiment
from fitserve_core.store import Store, StoredFile
from support import stories

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Digits:
    """A linear classifier of pixels with random weights: `softmax(pixels / 255 · W)`."""

    seed: int = 0

    @property
    def kernel(self) -> Array:
        return np.random.default_rng(self.seed).normal(size=(784, 10)).astype(np.float32)

    def probabilities(self, pixels: Array) -> Array:
        exponentials = np.exp(pixels / np.float32(255) @ self.kernel)
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    def write(self, path: Path) -> None:
        nodes = [
            helper.make_node("Div", ["inputs", "width"], ["scaled"]),
            helper.make_node("Gemm", ["scaled", "kernel"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["probabilities"]),
        ]
        constants = {"width": np.array(255), "kernel": self.kernel}
        _write(path, nodes, constants, 784, {"logits": 10, "probabilities": 10})


@dataclass(frozen=True)
class IsDigit:
    """A linear yes or no about a digit, random weights: `sigmoid(pixels / 255 · w)`."""

    digits: tuple[int, ...] = (3,)
    seed: int = 0

    @property
    def kernel(self) -> Array:
        return np.random.default_rng(self.seed).normal(size=(784, 1)).astype(np.float32)

    def probabilities(self, pixels: Array) -> Array:
        found: Array = 1 / (1 + np.exp(-(pixels / np.float32(255) @ self.kernel)[:, 0]))
        return found

    def write(self, path: Path) -> None:
        nodes = [
            helper.make_node("Div", ["inputs", "width"], ["scaled"]),
            helper.make_node("Gemm", ["scaled", "kernel"], ["logits"]),
            helper.make_node("Sigmoid", ["logits"], ["probability"]),
        ]
        constants = {"width": np.array(255), "kernel": self.kernel}
        _write(path, nodes, constants, 784, {"logits": 1, "probability": 1})


@dataclass(frozen=True)
class Line:
    """A straight line over wavelengths: `slope · (nanometres − 400)`."""

    slope: float = 0.002

    def write(self, path: Path) -> None:
        nodes = [
            helper.make_node("Sub", ["inputs", "minimum"], ["moved"]),
            helper.make_node("Mul", ["moved", "slope"], ["value"]),
        ]
        constants = {"minimum": np.array(400), "slope": np.array(self.slope)}
        _write(path, nodes, constants, 1, {"value": 1})


@dataclass(frozen=True)
class Kept:
    """An experiment that has succeeded, and the run whose model it keeps."""

    experiment: Experiment
    run_id: str
    file: Path


def keep(
    store: Store,
    artefacts: Artefacts,
    model: Digits | IsDigit | Line,
    val_accuracy: float = 0.9,
) -> Kept:
    """Tell of an experiment with one run, ended with `model` as its ONNX file."""
    dataset = "eckerle4" if isinstance(model, Line) else "mnist"
    digits = model.digits if isinstance(model, IsDigit) else None
    experiment = stories.post(store, dataset=dataset, digits=digits)
    claim = stories.take(store)
    assert claim.experiment_id == experiment.id, "another experiment waits"
    path = f"{experiment.id}/{claim.run_id}/{claim.attempt}/model.onnx"
    sha256, size = artefacts.write(path, model.write)
    files = [StoredFile("onnx", path, sha256, size)]
    stories.succeed(store, claim, val_accuracy=val_accuracy, files=files)
    return Kept(store.experiments.get(experiment.id), claim.run_id, artefacts.root / path)


def _write(
    path: Path,
    nodes: list[onnx.NodeProto],
    constants: dict[str, NDArray[np.generic]],
    width: int,
    outputs: dict[str, int],
) -> None:
    initializers = [
        numpy_helper.from_array(values.astype(np.float32), name)
        for name, values in constants.items()
    ]
    graph = helper.make_graph(
        nodes,
        "perceptron",
        [_rows("inputs", width)],
        [_rows(name, units) for name, units in outputs.items()],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save_model(model, path)


def _rows(name: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width])
