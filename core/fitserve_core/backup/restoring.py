"""Restore a backup into an empty data folder."""

import hashlib
import os
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout
from pydantic import ValidationError

from fitserve_core.backup.manifest import ARTEFACTS, NAME, STORE, Manifest, Member
from fitserve_core.errors import ConfigurationError, InvalidInputError
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_core.store.interrupted import hand_back_running

CHUNK = 2**20


def restore(source: Path, settings: Settings) -> Manifest:
    """Fill an empty data folder from an archive; every file is held against its SHA-256.

    Nothing is put in its place before all is there. Runs that were in training go on from their
    checkpoints when the service starts; older stores are migrated.

    Raises:
        InvalidInputError: the archive is no backup, or it was damaged.
        ConfigurationError: the data folder is not empty, is in use, or the store is elsewhere.
    """
    settings.make_data_folder()
    data = settings.data
    lock = FileLock(data / "fitserve.lock", timeout=0)
    try:
        with lock:
            return _restore(source, settings)
    except Timeout:
        raise ConfigurationError(
            f"the data folder {data} is in use by a running fitserve"
        ) from None


def _restore(source: Path, settings: Settings) -> Manifest:
    for taken in (settings.data / STORE, settings.artefacts):
        if taken.exists():
            raise ConfigurationError(
                f"{taken} is there already; set FITSERVE_DATA to an empty folder to restore into"
            )
    with (
        _opened(source) as archive,
        tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.data) as folder,
    ):
        manifest = _manifest(source, archive)
        if manifest.store is not None and settings.database_url is not None:
            raise ConfigurationError(
                f"{source} holds a SQLite store, and DATABASE_URL names another; unset it to "
                "restore into FITSERVE_DATA"
            )
        there = Path(folder)
        (there / ARTEFACTS).mkdir()
        for member in [*manifest.artefacts, *filter(None, [manifest.store])]:
            _extract(source, archive, member, there)
        if manifest.store is not None:
            _make_ready(settings.model_copy(update={"data": there}))
        os.sync()
        (there / ARTEFACTS).rename(settings.artefacts)
        if manifest.store is not None:
            # Last: a folder with a store is a whole one.
            (there / STORE).rename(settings.data / STORE)
    return manifest


def _opened(source: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(source, "r:")
    except FileNotFoundError:
        raise ConfigurationError(f"there is no file {source}") from None
    except (tarfile.TarError, OSError) as error:
        raise _no_backup(source, str(error)) from None


def _manifest(source: Path, archive: tarfile.TarFile) -> Manifest:
    try:
        file = archive.extractfile(NAME)
        assert file is not None
        return Manifest.model_validate_json(file.read())
    except KeyError:
        raise _no_backup(source, f"it has no {NAME}: it was cut off, or is another file") from None
    except (ValidationError, tarfile.TarError) as error:
        raise _no_backup(source, f"its {NAME} cannot be read: {error}") from None


def _extract(source: Path, archive: tarfile.TarFile, member: Member, folder: Path) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise _no_backup(source, f"a file would lie outside the data folder: {member.name}")
    try:
        file = archive.extractfile(member.name)
    except (KeyError, tarfile.TarError):
        file = None
    if file is None:
        raise _no_backup(source, f"{member.name} is not in it")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with file, target.open("xb") as written:
        shutil.copyfileobj(file, written, CHUNK)
    with target.open("rb") as written:
        found = hashlib.file_digest(written, "sha256").hexdigest()
    if found != member.sha256:
        raise _no_backup(
            source, f"{member.name} was changed: its SHA-256 is {found}, not {member.sha256}"
        )


def _make_ready(settings: Settings) -> None:
    store = Store.opened(settings)
    try:
        hand_back_running(store.database, "restored from a backup")
    finally:
        store.close()


def _no_backup(source: Path, why: str) -> InvalidInputError:
    return InvalidInputError(f"{source} cannot be restored: {why}", received=str(source))
