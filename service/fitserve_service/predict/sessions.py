"""Loaded models, by the name they are asked for."""

import asyncio
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool

from fitserve_core.artefacts import Artefacts
from fitserve_core.datasets.registry import DatasetInfo, Task
from fitserve_core.errors import UnavailableError
from fitserve_core.store.files import StoredFile
from fitserve_core.store.models import Models, ServedModel
from fitserve_service.counting import PREDICTION_SECONDS

RESOLVED_FOR_SECONDS = 1.0
NAMES_AT_MOST = 1_000
LOADED_BYTES = 256 * 2**20
# What a session takes besides its weights.
SESSION_BYTES = 2**20

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
        began = time.perf_counter()
        result: NDArray[np.float32] = self.session.run([self.answer], {"inputs": inputs})[0]
        PREDICTION_SECONDS[self.info.name].observe(time.perf_counter() - began)
        return result


class Sessions:
    """Models by their run, each read from its file once, as many as fit into 256 MiB."""

    def __init__(self, artefacts: Artefacts) -> None:
        self._artefacts = artefacts
        self._loaded: OrderedDict[str, tuple[int, onnxruntime.InferenceSession]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def of(self, served: ServedModel) -> onnxruntime.InferenceSession:
        """Return a model's session, loaded by one of those who ask for it at a time.

        Raises:
            UnavailableError: its file is missing or was changed.
        """
        with self._lock:
            if served.run_id in self._loaded:
                self._loaded.move_to_end(served.run_id)
                return self._loaded[served.run_id][1]
            file = served.files.get("onnx")
            if file is None:
                raise UnavailableError(f"run {served.run_id} has no stored model file")
            session = _session(str(self._artefacts.verified(file.path, file.sha256)))
            self._keep(served.run_id, file, session)
            return session

    def _keep(self, run_id: str, file: StoredFile, session: onnxruntime.InferenceSession) -> None:
        size = file.bytes + SESSION_BYTES
        self._loaded[run_id] = size, session
        self._bytes += size
        while self._bytes > LOADED_BYTES and len(self._loaded) > 1:
            _, (freed, _) = self._loaded.popitem(last=False)
            self._bytes -= freed


class SessionCache:
    """Models by name, each name looked up again after a second.

    Args:
        models: the rule of what a name means.
        sessions: what is loaded.
    """

    def __init__(self, models: Models, sessions: Sessions) -> None:
        self._models = models
        self._sessions = sessions
        self._resolved: OrderedDict[str, tuple[float, LoadedModel]] = OrderedDict()
        self._looking: dict[str, asyncio.Future[LoadedModel]] = {}

    def seen_by(self, models: Models) -> "SessionCache":
        """Return a cache with names of its own, since they mean what `models` sees, same files."""
        return SessionCache(models, self._sessions)

    def at_hand(self, name: str) -> LoadedModel | None:
        """Return the model of a name that was looked up within the last second, else None."""
        until, model = self._resolved.get(name, (0.0, None))
        return model if time.monotonic() < until else None

    async def find(self, name: str) -> LoadedModel:
        """Return the model that a name stands for; whoever asks meanwhile waits for one look.

        Raises:
            NotFoundError: nothing has this name.
            ConflictError: it has no model yet.
            UnavailableError: its file is missing or was changed.
        """
        if model := self.at_hand(name):
            return model
        looking = self._looking.get(name)
        if looking is None:
            looking = asyncio.ensure_future(run_in_threadpool(self.load, name))
            looking.add_done_callback(lambda _: self._looking.pop(name))
            self._looking[name] = looking
        return await asyncio.shield(looking)

    def load(self, name: str) -> LoadedModel:
        """Do what `find` does, from a thread, with a look at the store each time."""
        served = self._models.resolve(name)
        session = self._sessions.of(served)
        model = LoadedModel(served.run_id, served.version, served.info, session)
        self._resolved[name] = (time.monotonic() + RESOLVED_FOR_SECONDS, model)
        if len(self._resolved) > NAMES_AT_MOST:
            self._resolved.popitem(last=False)
        return model


def _session(path: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread: a perceptron is answered in microseconds, waking others costs more.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
