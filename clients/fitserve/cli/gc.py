"""`fitserve gc`: remove what is not needed any more, experiments and files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fitserve.cli.extras import extras, settings
from fitserve.cli.output import AsJson, print_json
from fitserve.figures import counted
from fitserve_core.ages import seconds_of
from fitserve_core.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from fitserve_core.artefacts import Artefacts
    from fitserve_core.store import Store


def gc(
    older_than: Annotated[
        str | None,
        typer.Option(help="Delete experiments that ended so long ago, such as 30d.", metavar="AGE"),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(
            help="Delete experiments but the last so many; with an age, both must hold.", min=0
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would go.")] = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Remove files of this data folder that no experiment needs; safe beside a running service.

    With --older-than or --keep, first delete ended experiments. One whose model is in use stays: a
    label stands for it, it is the best or the newest of its name, or a run is to start from it.
    """
    with extras():
        from fitserve_core.artefacts import Artefacts  # noqa: PLC0415  needs the extras
        from fitserve_core.garbage import garbage, remove_garbage  # noqa: PLC0415
        from fitserve_core.store import Store  # noqa: PLC0415
    age = None if older_than is None else seconds_of(older_than)
    here = settings()
    store = Store.opened(here)
    try:
        chosen = [] if age is None and keep is None else store.retention.removable(age, keep)
        size = sum(_bytes(here.artefacts / experiment_id) for experiment_id in chosen)
        if not dry_run:
            chosen = _delete(chosen, store, Artefacts(here.artefacts))
        found = list(garbage(store, here.artefacts))
    finally:
        store.close()
    size += sum(path.stat().st_size for path in found)
    if not dry_run:
        remove_garbage(found, here.artefacts)
    if as_json:
        files = [str(path) for path in found]
        told = {"removed": not dry_run, "bytes": size, "files": files, "experiments": chosen}
        print_json(told)
        return
    if dry_run:
        for each in (*chosen, *found):
            typer.echo(each)
    experiments = f"{counted(len(chosen), 'experiment')}, " if chosen else ""
    did = "would remove" if dry_run else "removed"
    typer.echo(f"{did} {experiments}{counted(len(found), 'file')}, {size / 1e6:.1f} MB")


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _delete(chosen: list[str], store: "Store", artefacts: "Artefacts") -> list[str]:
    """Delete experiments as `DELETE /experiments/{id}` does; return those that are gone."""
    gone = []
    for experiment_id in chosen:
        try:
            store.experiments.delete(experiment_id)
        except (ConflictError, NotFoundError):
            continue  # labelled, extended or deleted since it was chosen
        artefacts.remove_experiment(experiment_id)
        gone.append(experiment_id)
    return gone
