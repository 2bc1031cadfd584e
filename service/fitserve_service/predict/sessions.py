"""Loaded models, by the name they are asked for."""

import time
from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from prometheus_client import Histogram

from fitserve_core.artefacts import Artefacts
from fitserve_core.datasets.registry import DATASETS, DatasetInfo, Task
from fitserve_core.errors import UnavailableError
from fitserve_core.store.models import Models

_SECONDS = Histogram(
    "fitserve_prediction_seconds",
    "Seconds that a model took for the rows of a request, by its data set.",
    ["dataset"],
    buckets=(0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10),
)
# One series a data set: models' names are as many as users ask for.
PREDICTION_SECONDS = {name: _SECONDS.labels(name) for name in DATASETS}

RESOLVED_FOR_SECONDS = 1.0
LOADED_AT_MOST = 32

ANSWERS: dict[Task, str] = {
    "classification": "probabilities",
    "binary_classification": "probability",
    "regression": "value",
}


@dataclass(frozen=True)
class LoadedModel:
    """A model ready to answer."""

    run_id: str
    version: int | None
    info: DatasetInfo
    session: onnxruntime.InferenceSession

    @property
    def answer(self) -> str:
        """Name of the output that answers the model's task."""
        return ANSWERS[self.info.task]

    def outputs(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities or values, (rows, outputs), of inputs in the data's own units."""
        with PREDICTION_SECONDS[self.info.name].time():
            result: NDArray[np.float32] = self.session.run([self.answer], {"inputs": inputs})[0]
        return result


class SessionCache:
    """Models by name: a name is looked up again after a second, a file is loaded once.

    Args:
        models: the rule of what a name means.
        artefacts: where the files lie.
        loaded: models that are loaded already, by their run's id.
    """

    def __init__(
        self,
        models: Models,
        artefacts: Artefacts,
        loaded: OrderedDict[str, LoadedModel] | None = None,
    ) -> None:
        self._models = models
        self._artefacts = artefacts
        self._resolved: dict[str, tuple[float, LoadedModel]] = {}
        self._loaded: OrderedDict[str, LoadedModel] = OrderedDict() if loaded is None else loaded

    def seen_by(self, models: Models) -> "SessionCache":
        """Return a cache with names of its own, since they mean what `models` sees, same files."""
        return SessionCache(models, self._artefacts, self._loaded)

    def fresh(self, name: str) -> LoadedModel | None:
        """Return a model whose name was looked up a moment ago, without a look at the store."""
        entry = self._resolved.get(name)
        return entry[1] if entry and time.monotonic() < entry[0] else None

    def load(self, name: str) -> LoadedModel:
        """Look a name up and return its model, loading its file if need be.

        Raises:
            NotFoundError: nothing has this name.
            ConflictError: it has no model yet.
            UnavailableError: its file is missing or was changed.
        """
        served = self._models.resolve(name)
        model = self._loaded.pop(served.run_id, None)
        if model is None:
            file = served.files.get("onnx")
            if file is None:
                raise UnavailableError(f"run {served.run_id} has no stored model file")
            path = self._artefacts.verified(file.path, file.sha256)
            model = LoadedModel(served.run_id, served.version, served.info, _session(str(path)))
        model = replace(model, version=served.version)
        self._loaded[served.run_id] = model
        if len(self._loaded) > LOADED_AT_MOST:
            self._loaded.popitem(last=False)
        if len(self._resolved) > LOADED_AT_MOST:
            self._resolved.clear()
        self._resolved[name] = (time.monotonic() + RESOLVED_FOR_SECONDS, model)
        return model


def _session(path: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread: a perceptron is answered in microseconds, waking others costs more.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
