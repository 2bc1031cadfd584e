"""A Keras model that runs of a shape take in turns, and its compiled evaluation."""

import time
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from fitserve_core.spec import RunPlan
from fitserve_workers.training.evaluation import evaluated
from fitserve_workers.training.network import build_model, initialize
from fitserve_workers.training.noise import Noise
from fitserve_workers.training.nonzeros import NonZeros
from fitserve_workers.training.shape import Shape
from fitserve_workers.training.tasks import TASKS


class Tensors(NamedTuple):
    """A data set's rows as TensorFlow holds them: (inputs, targets) of each part.

    With `zeros`, training steps visit only what is not zero in the training inputs, and the
    evaluation after an epoch likewise of the validation inputs.
    """

    train: tuple[Any, Any]
    validation: tuple[Any, Any] | None
    test: tuple[Any, Any]
    zeros: tuple[NonZeros | None, NonZeros | None] = (None, None)

    @property
    def skips_zeros(self) -> tuple[bool, bool]:
        """Whether zeros are skipped: in steps, and after an epoch."""
        return self.zeros[0] is not None, self.zeros[1] is not None


class CompiledModel(ABC):
    """What all programs have in common.

    Args:
        shape: what to build it for.
        step: a variable that counts the run's steps.

    Attributes:
        shape: what it was built for.
        task: what it minimises and reports.
        model: the ordinary Keras model; its weights are those of the present run.
        traces: how often TensorFlow traced, and so compiled, the training loop.
        compile_seconds: what the first call cost; None before it.
    """

    def __init__(self, shape: Shape, step: Any) -> None:
        self.shape = shape
        self.task = TASKS[shape.task]
        self._noise = Noise(step, 2 + len(shape.network.hidden_layers))
        self.model = build_model(shape.network, shape.inputs, shape.outputs, self._noise)
        self.traces = 0
        self.compile_seconds: float | None = None
        self._tenancy = 0
        self._evaluate = tf.function(self._traced_evaluation, jit_compile=True)

    @property
    @abstractmethod
    def variables(self) -> list[Any]:
        """What a checkpoint holds of the present run, the model's own first."""

    @abstractmethod
    def _call_once(self, rows: Tensors) -> None:
        """Call everything that training compiles, without training."""

    def let(self, plan: RunPlan) -> int:
        """Start a run in the program; return the tenancy that `require` asks for."""
        initialize(self.model, self.shape.network, plan.seed)
        self._noise.seed(plan.seed)
        self._tenancy += 1
        return self._tenancy

    def require(self, tenancy: int) -> None:
        """Refuse a run whose variables another run has taken since.

        Raises:
            RuntimeError: another run of the same shape was started in the same cache.
        """
        if tenancy != self._tenancy:
            raise RuntimeError(
                f"run {tenancy} of this program was given up when run {self._tenancy} started; "
                "finish or restore one run of a shape before starting the next, or give each its "
                "own ProgramCache"
            )

    def compile(self, rows: Tensors) -> float:
        """Compile the training loop if it is not; return the seconds that this took."""
        if self.compile_seconds is not None:
            return 0.0
        began = time.perf_counter()
        self._call_once(rows)
        self.compile_seconds = time.perf_counter() - began
        return self.compile_seconds

    def evaluate(self, rows: Any) -> NDArray[np.float64]:
        """Return the mean of each figure over `rows`, tensors of inputs and targets."""
        return np.asarray(self._evaluate(rows)) / len(rows[0])

    def _traced_evaluation(self, rows: Any) -> Any:
        return evaluated(self.model, self.task, rows)
