"""Compiled programs, kept by shape."""

from collections import OrderedDict

from fitserve_workers.training.program import Program
from fitserve_workers.training.shape import Shape


class ProgramCache:
    """The programs of a process, the least recently used dropped first.

    Args:
        size: how many to keep.
    """

    def __init__(self, size: int = 8) -> None:
        self._size = size
        self._programs: OrderedDict[str, Program] = OrderedDict()
        self._dropped_traces = 0

    @property
    def traces(self) -> int:
        """How often a training loop was traced, and so compiled, in the life of the cache."""
        return self._dropped_traces + sum(program.traces for program in self._programs.values())

    def get(self, shape: Shape) -> Program:
        """Return the program of `shape`, built if there is none yet."""
        key = shape.model_dump_json()
        if key not in self._programs:
            self._programs[key] = Program(shape)
        self._programs.move_to_end(key)
        if len(self._programs) > self._size:
            _, dropped = self._programs.popitem(last=False)
            self._dropped_traces += dropped.traces
        return self._programs[key]
