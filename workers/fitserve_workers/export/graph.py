"""An ONNX graph under construction, one node after the other."""

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper


class Graph:
    """Nodes and constants; every result has a name of its own.

    Attributes:
        nodes: in the order in which they were added.
        constants: float32.
    """

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(
        self,
        operator: str,
        *inputs: str,
        output: str | None = None,
        attributes: Mapping[str, float] | None = None,
    ) -> str:
        """Add a node; return the name of its output."""
        output = output or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **(attributes or {})))
        return output

    def constant(self, values: NDArray[np.floating]) -> str:
        """Add a constant; return its name."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def number(self, value: float) -> str:
        """Add a constant that is one number; return its name."""
        return self.constant(np.array(value))
