"""Make a backup of a data folder, while its service runs."""

import hashlib
import io
import os
import sqlite3
import tarfile
import tempfile
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from fitserve_core.backup.manifest import ARTEFACTS, NAME, STORE, Manifest, Member
from fitserve_core.errors import ConfigurationError
from fitserve_core.store import Store
from fitserve_core.store.moments import Moment, NamedFile


def back_up(store: Store, root: Path, target: Path) -> Manifest:
    """Write an archive of one moment of the store and of the files that it names.

    Files are never changed once a row names them, so they are copied after that moment. Those of
    experiments that are deleted meanwhile are left out, with the experiment.

    Args:
        store: PostgreSQL's rows are left out; `pg_dump` copies them.
        root: the artefact folder.
        target: the archive, which must not be there yet. It is readable by its owner alone.

    Raises:
        ConfigurationError: the target is there already.
    """
    if target.exists():
        raise ConfigurationError(f"{target} is there already; give the name of a new file")
    partial = target.with_name(f".partial-{target.name}")
    partial.touch(mode=0o600)
    try:
        with tarfile.open(partial, "w") as archive:
            manifest = _fill(archive, store, root, target.parent)
        _sync(partial)
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def _fill(archive: tarfile.TarFile, store: Store, root: Path, beside: Path) -> Manifest:
    written: list[Member] = []
    bad: list[NamedFile] = []
    with ExitStack() as held, store.database.reading() as connection:
        moment = Moment(connection)
        # Opened at once: an open file stays, though its name goes with the next checkpoint.
        files = [(file, _opened(root, file, held)) for file in moment.checkpoints()]
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(dir=beside)))
        if moment.is_a_file:
            moment.write(folder / STORE)
        schema = moment.schema
        for file, content in files:
            # A checkpoint that is gone costs the restored run some epochs, and nothing else.
            if content is not None:
                _add(archive, f"{ARTEFACTS}/{file.path}", content, file.sha256, written)
        for file in moment.artefacts():
            with ExitStack() as briefly:
                content = _opened(root, file, briefly)
                name = f"{ARTEFACTS}/{file.path}"
                if content is None or not _add(archive, name, content, file.sha256, written):
                    bad.append(file)
        deleted = _deleted(store, bad)
        stored: list[Member] = []
        if moment.is_a_file:
            _forget(folder / STORE, deleted)
            with (folder / STORE).open("rb") as content:
                _add(archive, STORE, content, None, stored)
    manifest = Manifest(
        fitserve=version("fitserve"),
        schema_version=schema,
        created_at=datetime.now(UTC),
        store=stored[0] if stored else None,
        artefacts=written,
        damaged=[file.path for file in bad if file.experiment_id not in deleted],
    )
    said = manifest.model_dump_json(indent=1).encode()
    _add(archive, NAME, io.BytesIO(said), None, [])
    return manifest


def _add(
    archive: tarfile.TarFile,
    name: str,
    content: BinaryIO | io.BytesIO,
    sha256: str | None,
    members: list[Member],
) -> bool:
    """Add a file and list it, unless its SHA-256 turns out to be another; tell which."""
    info = tarfile.TarInfo(name)
    info.size = content.seek(0, os.SEEK_END)
    info.mtime = int(datetime.now(UTC).timestamp())
    content.seek(0)
    digest = hashlib.sha256()
    archive.addfile(info, _Hashed(content, digest))
    if sha256 is not None and digest.hexdigest() != sha256:
        return False
    members.append(Member(name=name, sha256=digest.hexdigest(), bytes=info.size))
    return True


class _Hashed:
    """A file that is digested as it is read."""

    def __init__(self, content: BinaryIO | io.BytesIO, digest: "hashlib._Hash") -> None:
        self._content = content
        self._digest = digest

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        chunk = self._content.read(size)
        self._digest.update(chunk)
        return chunk


def _opened(root: Path, file: NamedFile, held: ExitStack) -> BinaryIO | None:
    try:
        return held.enter_context((root / file.path).open("rb"))
    except FileNotFoundError:
        return None


def _deleted(store: Store, bad: list[NamedFile]) -> set[str]:
    ids = {file.experiment_id for file in bad}
    return ids - store.inventory.ended(ids).keys()


def _forget(path: Path, experiments: set[str]) -> None:
    """Delete experiments from a copy of the store, as they were from the store itself."""
    with closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA foreign_keys=ON")
        for experiment_id in experiments:
            copy.execute("DELETE FROM experiment WHERE id = ?", (experiment_id,))
        copy.commit()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
