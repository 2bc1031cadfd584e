"""`client.models`: the kept models and their files."""

from pathlib import Path
from typing import Literal

from fitserve import calls
from fitserve.responses import parse
from fitserve.storing import store
from fitserve.sync.sender import Sender
from fitserve_core.kept_models import Model
from fitserve_core.results import Page


class Models:
    """Kept models of the service."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def retrieve(self, name: str) -> Model:
        """Return a kept model, named by itself, by its experiment or by its run."""
        return parse(Model, self._sender.send(calls.model(name)))

    def download(
        self,
        name: str,
        format: Literal["onnx", "keras"],  # noqa: A002  the API's own word
        path: str | Path,
    ) -> Path:
        """Store the file of a kept model and return where it lies.

        Args:
            name: the model, its experiment or its run.
            format: `onnx` for ONNX Runtime, `keras` for Keras.
            path: a file, replaced as a whole if it exists; in a folder it becomes `name.format`.
        """
        response = self._sender.send(calls.model_file(name, format))
        return store(response.content, Path(path), f"{name}.{format}")

    def list(self) -> list[Model]:
        """Return every kept model."""
        return parse(Page[Model], self._sender.send(calls.models())).data
