"""Files of runs: written whole or not at all, named by run and attempt, known by their SHA-256."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from fitserve_core.errors import UnavailableError


class Artefacts:
    """The folder of checkpoints and model files.

    A path is `<experiment>/<run>/<attempt>/<file>`, so a stale attempt can overwrite nothing.

    Args:
        root: the folder, shared by the service and all workers.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, fill: Callable[[Path], None]) -> tuple[str, int]:
        """Let `fill` write a file, make it durable and give it its name.

        Args:
            path: where it will lie, below the root.
            fill: gets the path of a temporary file with the same ending.

        Returns:
            SHA-256 (hexadecimal) and size in bytes.
        """
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".partial-{target.name}")
        try:
            fill(temporary)
            digest, size = _sync(temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(target.parent)
        return digest, size

    def verified(self, path: str, sha256: str) -> Path:
        """Return the path of a stored file whose content is what the store says.

        Raises:
            UnavailableError: it is missing or was changed.
        """
        target = self.root / path
        try:
            with target.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise UnavailableError(f"the file {path} is missing from the artefact folder") from None
        if found != sha256:
            raise UnavailableError(
                f"the file {path} was changed: its SHA-256 is {found}, the store says {sha256}"
            )
        return target

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        (self.root / path).unlink(missing_ok=True)

    def remove_other_attempts(self, folder: str) -> None:
        """Remove what other attempts of a run left behind; `folder` is the one that counts."""
        kept = self.root / folder
        for attempt in kept.parent.iterdir():
            if attempt != kept:
                shutil.rmtree(attempt, ignore_errors=True)

    def remove_experiment(self, experiment_id: str) -> None:
        """Remove all files of an experiment."""
        shutil.rmtree(self.root / experiment_id, ignore_errors=True)


def _sync(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        return digest, file.seek(0, os.SEEK_END)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
