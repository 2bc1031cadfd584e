"""What a process keeps from run to run: compiled programs, and the last data set's rows."""

from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar, cast

import tensorflow as tf
from numpy.typing import NDArray

from fitserve_core.datasets.dataset import Dataset, Rows
from fitserve_workers.training.compiled import CompiledModel, Tensors
from fitserve_workers.training.nonzeros import NonZeros, non_zeros
from fitserve_workers.training.shape import Shape

Program = TypeVar("Program", bound=CompiledModel)
Array = NDArray[Any]


class ProgramCache:
    """The programs of a process, the least recently used dropped first.

    TensorFlow keeps the machine code of a dropped program, 10 to 20 MB, for as long as the process
    lives: a process that has met hundreds of shapes had better be replaced.

    Args:
        size: how many to keep.
        may_skip_zeros: whether the device does better with loops over what is not zero than with
            products of whole matrices: a core does, a GPU would take the turns one by one.
    """

    def __init__(self, size: int = 8, *, may_skip_zeros: bool = True) -> None:
        self._size = size
        self._may_skip_zeros = may_skip_zeros
        self._programs: OrderedDict[str, CompiledModel] = OrderedDict()
        self._dropped_traces = 0
        # By the array's id, which nothing else gets while the array is held beside its copy.
        self._copies: dict[int, tuple[Array, Any]] = {}
        self._non_zeros: dict[int, tuple[Array, NonZeros | None]] = {}

    @property
    def traces(self) -> int:
        """How often a training loop was traced, and so compiled, in the life of the cache."""
        return self._dropped_traces + sum(program.traces for program in self._programs.values())

    @cached_property
    def inner(self) -> "ProgramCache":
        """Programs of trainings within a training, which must not take over the outer one's."""
        return ProgramCache(self._size, may_skip_zeros=self._may_skip_zeros)

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

    def tensors(self, dataset: Dataset, *, skip_zeros: bool = False) -> Tensors:
        """Return the rows of `dataset`, copied but for arrays that the last data set had, too.

        Two targets of the same digits have their inputs in common.

        Args:
            dataset: its rows.
            skip_zeros: whether zeros may be skipped, where there are enough.
        """
        parts = (dataset.train, dataset.validation or dataset.train, dataset.test)
        arrays = {id(array): array for part in parts for array in (part.inputs, part.targets)}
        # The others go first, so that two data sets never lie in memory side by side.
        self._copies = {key: copy for key, copy in self._copies.items() if key in arrays}
        for key, array in arrays.items():
            if key not in self._copies:
                self._copies[key] = (array, tf.constant(array))
        self._non_zeros = {key: kept for key, kept in self._non_zeros.items() if key in arrays}
        skips = skip_zeros and self._may_skip_zeros
        train, validation, test = dataset.train, dataset.validation, dataset.test
        return Tensors(
            train=self._pair(train),
            validation=self._pair(validation) if validation else None,
            test=self._pair(test),
            zeros=(
                self._non_zeros_of(train.inputs) if skips else None,
                self._non_zeros_of(validation.inputs) if skips and validation else None,
            ),
        )

    def _pair(self, rows: Rows) -> tuple[Any, Any]:
        return self._copies[id(rows.inputs)][1], self._copies[id(rows.targets)][1]

    def _non_zeros_of(self, inputs: Array) -> NonZeros | None:
        if id(inputs) not in self._non_zeros:
            self._non_zeros[id(inputs)] = inputs, non_zeros(inputs)
        return self._non_zeros[id(inputs)][1]
