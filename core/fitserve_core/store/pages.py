"""Pages of experiments, newest first: which rows are read for one, and in which index."""

from typing import Any

from sqlalchemy import Column, Select, select, tuple_

from fitserve_core.store.tables import experiment, experiment_tag
from fitserve_core.store.viewers import Viewer, visible


def newest(
    viewer: Viewer,
    limit: int,
    *,
    after: str | None = None,
    status: str | None = None,
    dataset: str | None = None,
    tag: str | None = None,
) -> Select[Any]:
    """Return the query for the newest experiments that `viewer` sees, older than `after`."""
    given = {experiment.c.dataset: dataset, experiment.c.status: status}
    wanted = {column: value for column, value in given.items() if value is not None}
    if tag is None:
        return _stretch(wanted, after).where(visible(viewer)).limit(limit)
    found = _tagged(tag, after).where(visible(viewer)).limit(limit)
    found = found.where(*(column == value for column, value in wanted.items()))
    return select(experiment).where(experiment.c.id.in_(found)).order_by(experiment.c.id.desc())


def _stretch(wanted: dict[Column[Any], str], after: str | None) -> Select[Any]:
    """Those with these values, as a stretch of the index by these columns and the id.

    Asked for by equality, PostgreSQL goes through all experiments by their ids instead, and expects
    those with a status to be spread evenly: of what is queued it passes over all that came before.
    """
    columns, values = list(wanted), list(wanted.values())
    key = [*columns, experiment.c.id]
    query = select(experiment).order_by(*(column.desc() for column in key))
    if values:
        query = query.where(tuple_(*columns) >= tuple_(*values))
    if after is not None:
        return query.where(tuple_(*key) < tuple_(*values, after))
    return query.where(tuple_(*columns) <= tuple_(*values)) if values else query


def _tagged(tag: str, after: str | None) -> Select[Any]:
    """The ids of those with a tag: of many that are looked at, a page's rows alone are read."""
    query = (
        select(experiment_tag.c.experiment_id)
        .join(experiment, experiment.c.id == experiment_tag.c.experiment_id)
        .where(experiment_tag.c.tag == tag)
        .order_by(experiment_tag.c.experiment_id.desc())
    )
    if after is not None:
        # Of both, or one index is read from its end.
        query = query.where(experiment_tag.c.experiment_id < after, experiment.c.id < after)
    return query
