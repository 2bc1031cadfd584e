"""Tags of experiments, beside their specs, so that they can be found by one."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert

from fitserve_core.store.tables import experiment_tag


def put_tags(connection: Connection, experiment_id: str, tags: Iterable[str]) -> None:
    """Let an experiment have these tags and no others."""
    connection.execute(
        delete(experiment_tag).where(experiment_tag.c.experiment_id == experiment_id)
    )
    # A spec may say one twice.
    rows = [{"tag": tag, "experiment_id": experiment_id} for tag in dict.fromkeys(tags)]
    if rows:
        connection.execute(insert(experiment_tag), rows)
