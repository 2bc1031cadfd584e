"""Files as the store names them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Checkpoint:
    """A file from which a run goes on: its path below the artefact folder, and its SHA-256."""

    path: str
    sha256: str


@dataclass(frozen=True)
class StoredFile:
    """A finished run's file: kind, path below the artefact folder, SHA-256 and size in bytes."""

    kind: str
    path: str
    sha256: str
    bytes: int
