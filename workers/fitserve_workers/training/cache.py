"""What a process keeps from run to run: compiled programs, and the last data set's rows."""

from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar, cast

import tensorflow as tf

from fitserve_core.datasets.dataset import Dataset, Rows
from fitserve_workers.training.compiled import CompiledModel, Tensors
from fitserve_workers.training.shape import Shape

Program = TypeVar("Program", bound=CompiledModel)


class ProgramCache:
    """The programs of a process, the least recently used dropped first.

    TensorFlow keeps the machine code of a dropped program, 10 to 20 MB, for as long as the process
    lives: a process that has met hundreds of shapes had better be replaced.

    Args:
        size: how many to keep.
    """

    def __init__(self, size: int = 8) -> None:
        self._size = size
        self._programs: OrderedDict[str, CompiledModel] = OrderedDict()
        self._dropped_traces = 0
        self._copied: tuple[Dataset, Tensors] | None = None

    @property
    def traces(self) -> int:
        """How often a training loop was traced, and so compiled, in the life of the cache."""
        return self._dropped_traces + sum(program.traces for program in self._programs.values())

    @cached_property
    def inner(self) -> "ProgramCache":
        """Programs of trainings within a training, which must not take over the outer one's."""
        return ProgramCache(self._size)

    def get(self, kind: Callable[[Shape], Program], shape: Shape) -> Program:
        """Return the program of `shape`, which decides its kind, built if there is none yet."""
        key = shape.model_dump_json()
        program = cast("Program", self._programs.get(key) or kind(shape))
        self._programs[key] = program
        self._programs.move_to_end(key)
        if len(self._programs) > self._size:
            _, dropped = self._programs.popitem(last=False)
            self._dropped_traces += dropped.traces
        return program

    def tensors(self, dataset: Dataset) -> Tensors:
        """Return the rows of `dataset`, copied unless they are those that were asked for last."""
        if self._copied is None or self._copied[0] is not dataset:
            self._copied = None
            validation = _copy(dataset.validation) if dataset.validation else None
            tensors = Tensors(_copy(dataset.train), validation, _copy(dataset.test))
            self._copied = (dataset, tensors)
        return self._copied[1]


def _copy(rows: Rows) -> tuple[Any, Any]:
    return tf.constant(rows.inputs), tf.constant(rows.targets)
