"""`client.models`: the kept models, their files, versions and labels."""

from pathlib import Path
from typing import Literal

from fitserve import calls
from fitserve.responses import parse
from fitserve.storing import store
from fitserve.sync.sender import Sender
from fitserve_core.kept_models import Model, ModelVersion
from fitserve_core.results import Page


class Models:
    """Kept models of the service."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def retrieve(self, name: str) -> Model:
        """Return a kept model, named by itself, by its experiment or by its run.

        Raises:
            NotFound: nothing is called so.
            Conflict: its experiment keeps no model, or none yet.
        """
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

        Example:
            >>> client.models.download(experiment.id, "onnx", "digits.onnx")
            PosixPath('digits.onnx')
        """
        response = self._sender.send(calls.model_file(name, format))
        return store(response.content, Path(path), f"{name}.{format}")

    def versions(self, name: str) -> list[ModelVersion]:
        """Return the numbered models of a name, newest first, with their labels."""
        return parse(Page[ModelVersion], self._sender.send(calls.model_versions(name))).data

    def set_label(self, name: str, label: str, version: int) -> ModelVersion:
        """Let a label stand for a version from now on, and return that version.

        The bare name answers with the version labelled `stable` where there is one. Nobody who
        asks is interrupted; within a second all are answered by the new one.

        Args:
            name: a model's name, such as `mnist`.
            label: `stable`, `canary` or one of your own; `latest` is the newest until set.
            version: its number.

        Raises:
            BadSpec: the label is not spelled as labels are.
            NotFound: the name has no such version.
            Conflict: the version's experiment is not shared with those who ask by the bare name.

        Example:
            >>> newest, *_ = client.models.versions("mnist")
            >>> canary = client.models.set_label("mnist", "canary", newest.version)
            >>> canary.labels
            ['canary']
            >>> answer = client.predict([[0] * 784], model="mnist@canary")
            >>> answer.run_id == newest.run_id
            True
        """
        return parse(ModelVersion, self._sender.send(calls.set_label(name, label, version)))

    def remove_label(self, name: str, label: str) -> None:
        """Take a label away; one that is not there is no error."""
        self._sender.send(calls.remove_label(name, label))

    def list(self) -> list[Model]:
        """Return every kept model."""
        return parse(Page[Model], self._sender.send(calls.models())).data
