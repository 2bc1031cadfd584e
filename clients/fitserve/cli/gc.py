"""`fitserve gc`: remove files that no experiment needs."""

from typing import Annotated

import typer

from fitserve.cli.extras import extras, settings
from fitserve.cli.output import AsJson, print_json
from fitserve.figures import counted


def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list them.")] = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Remove files of this data folder that no experiment needs; safe beside a running service."""
    with extras():
        from fitserve_core.garbage import garbage, remove_garbage  # noqa: PLC0415  needs the extras
        from fitserve_core.store import Store  # noqa: PLC0415
    here = settings()
    store = Store.opened(here)
    try:
        found = list(garbage(store, here.artefacts))
    finally:
        store.close()
    size = sum(path.stat().st_size for path in found)
    if not dry_run:
        remove_garbage(found, here.artefacts)
    if as_json:
        print_json({"removed": not dry_run, "bytes": size, "files": [str(path) for path in found]})
        return
    if dry_run:
        for path in found:
            typer.echo(path)
    did = "would remove" if dry_run else "removed"
    typer.echo(f"{did} {counted(len(found), 'file')}, {size / 1e6:.1f} MB")
