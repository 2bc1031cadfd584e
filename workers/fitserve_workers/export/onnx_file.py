"""The perceptron as an ONNX graph that takes and gives the data's own units."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper

from fitserve_core.datasets.dataset import Dataset, Scale
from fitserve_core.datasets.registry import Task
from fitserve_core.spec import RunPlan
from fitserve_workers.export.activations import add_activation
from fitserve_workers.export.graph import Graph

# ONNX Runtime 1.22 and later read both; newer ones bring a perceptron nothing.
OPSET = 18
IR_VERSION = 10


def export_onnx(plan: RunPlan, dataset: Dataset, model: keras.Model, path: Path) -> None:
    """Write the model of the run `plan` for ONNX Runtime.

    Input: `inputs`, float32 (rows, inputs), in the data's own units, such as pixels from 0 to 255.
    Outputs by task: `logits` and `probabilities`, (rows, outputs); `logits` and `probability`, the
    positive class's, (rows, 1); or `value`, in the data's own units.
    Metadata: `dataset`, `task`, `plan` (JSON) and `fitserve`, the version that wrote the file.
    """
    graph = Graph()
    scaled = _scaled(graph, "inputs", dataset.input_scale)
    answer = _layers(graph, scaled, model)
    outputs = TASK_OUTPUTS[dataset.info.task](graph, answer, dataset)
    inputs = [_rows("inputs", dataset.info.inputs)]
    proto = helper.make_model(
        helper.make_graph(
            graph.nodes,
            dataset.info.name,
            inputs,
            [_rows(name, dataset.info.outputs) for name in outputs],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="fitserve",
    )
    helper.set_model_props(proto, _metadata(plan, dataset))
    onnx.checker.check_model(proto)
    onnx.save_model(proto, path)


def _scaled(graph: Graph, inputs: str, scale: Scale) -> str:
    # Subtracting before dividing keeps the digits of float32 that tell wavelengths apart.
    moved = graph.add("Sub", inputs, graph.number(scale.minimum))
    return graph.add("Div", moved, graph.number(scale.width))


def _layers(graph: Graph, signal: str, model: keras.Model) -> str:
    for layer in model.layers:
        # Dropout has no say in predictions.
        if isinstance(layer, keras.layers.Dense):
            signal = _dense(graph, signal, layer)
        elif isinstance(layer, keras.layers.BatchNormalization):
            signal = _normalized(graph, signal, layer)
    return signal


def _dense(graph: Graph, signal: str, layer: keras.layers.Dense) -> str:
    signal = graph.add("Gemm", signal, *_constants(graph, layer.kernel, layer.bias))
    return add_activation(graph, keras.activations.serialize(layer.activation), signal)


def _normalized(graph: Graph, signal: str, layer: keras.layers.BatchNormalization) -> str:
    weights = (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
    constants = _constants(graph, *weights)
    epsilon = {"epsilon": layer.epsilon}
    return graph.add("BatchNormalization", signal, *constants, attributes=epsilon)


def _constants(graph: Graph, *weights: keras.Variable) -> list[str]:
    return [graph.constant(np.asarray(weight)) for weight in weights]


def _classification(graph: Graph, logits: str, _: Dataset) -> list[str]:
    graph.add("Identity", logits, output="logits")
    graph.add("Softmax", logits, output="probabilities")
    return ["logits", "probabilities"]


def _binary_classification(graph: Graph, logits: str, _: Dataset) -> list[str]:
    graph.add("Identity", logits, output="logits")
    graph.add("Sigmoid", logits, output="probability")
    return ["logits", "probability"]


def _regression(graph: Graph, scaled: str, dataset: Dataset) -> list[str]:
    assert dataset.target_scale is not None
    wide = graph.add("Mul", scaled, graph.number(dataset.target_scale.width))
    graph.add("Add", wide, graph.number(dataset.target_scale.minimum), output="value")
    return ["value"]


TASK_OUTPUTS: dict[Task, Callable[[Graph, str, Dataset], list[str]]] = {
    "classification": _classification,
    "binary_classification": _binary_classification,
    "regression": _regression,
}


def _rows(name: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width])


def _metadata(plan: RunPlan, dataset: Dataset) -> dict[str, str]:
    return {
        "dataset": dataset.info.name,
        "task": dataset.info.task,
        "plan": plan.model_dump_json(),
        "fitserve": version("fitserve"),
    }
