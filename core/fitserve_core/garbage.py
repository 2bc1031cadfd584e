"""Files that no experiment needs: left by what died between a file and its row."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from fitserve_core.store import Store

ASKED_TOGETHER = 500


def garbage(store: Store, root: Path) -> Iterator[Path]:
    """Yield the files below the artefact folder `root` that can be removed.

    Those are all files of experiments that the store does not have, and files of ended experiments
    that no row names. An experiment that has not ended is left alone: a worker may be writing.
    """
    # Folders first, then the store: an experiment is in the store before it has a folder.
    folders = sorted(entry for entry in root.iterdir() if entry.is_dir()) if root.is_dir() else []
    for start in range(0, len(folders), ASKED_TOGETHER):
        some = folders[start : start + ASKED_TOGETHER]
        ended = store.inventory.ended(folder.name for folder in some)
        for folder in some:
            if ended.get(folder.name, True):
                yield from _unknown(store, root, folder.name, folder)


def garbage_of_run(store: Store, root: Path, experiment_id: str, run_id: str) -> Iterator[Path]:
    """Yield what one run has left behind; nothing while its experiment has not ended."""
    ended = store.inventory.ended([experiment_id])
    if ended.get(experiment_id, True):
        yield from _unknown(store, root, experiment_id, root / experiment_id / run_id)


def _unknown(store: Store, root: Path, experiment_id: str, folder: Path) -> Iterator[Path]:
    known = store.inventory.paths(experiment_id)
    # Unlike rglob it does not mind that others, a worker or a DELETE, remove folders meanwhile.
    files = sorted(Path(base, name) for base, _, names in os.walk(folder) for name in names)
    yield from (path for path in files if str(path.relative_to(root)) not in known)


def remove_garbage(paths: list[Path], root: Path) -> None:
    """Remove files, and the folders below `root` that they leave empty."""
    for path in paths:
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == root:
                break
            try:
                folder.rmdir()
            except FileNotFoundError:
                continue  # somebody else was faster
            except OSError as error:
                if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                    raise
                break
