"""Versions of a model's name: numbers without reuse, and labels that point at them."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, RowMapping, Select, delete, insert, select, text

from fitserve_core.errors import ConflictError, InvalidInputError, NotFoundError
from fitserve_core.received import quote
from fitserve_core.results import KeptModel
from fitserve_core.store.database import Database
from fitserve_core.store.engine import now
from fitserve_core.store.parents import lock
from fitserve_core.store.tables import experiment, model_label, model_version
from fitserve_core.store.viewers import EVERYBODY, Viewer, visible

LATEST = "latest"
STABLE = "stable"
LABEL = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# One statement, so that of two experiments that end together each gets a number of its own.
_NEXT = text(
    "INSERT INTO model_counter (model_name, newest) VALUES (:name, 1) ON CONFLICT (model_name) "
    "DO UPDATE SET newest = model_counter.newest + 1 RETURNING newest"
)


@dataclass(frozen=True)
class Version:
    """One numbered model of a name, and the labels that point at it."""

    number: int
    experiment_id: str
    run_id: str
    figure: str
    value: float
    created_at: float
    labels: list[str]


class Versions:
    """Reading and labelling of versions, by whoever asks."""

    def __init__(self, database: Database, viewer: Viewer = EVERYBODY) -> None:
        self._database = database
        self._viewer = viewer

    def of(self, name: str) -> list[Version]:
        """Return a name's versions, newest first."""
        query = _seen(name, self._viewer)
        with self._database.reading() as connection:
            labels = _labels(connection, name)
            rows = connection.execute(query.order_by(model_version.c.version.desc())).mappings()
            return [_to_version(row, labels) for row in rows]

    def label(self, name: str, label: str, number: int) -> Version:
        """Let `label` stand for a version, whatever it stood for before; return that version.

        Raises:
            InvalidInputError: `label` is no word.
            NotFoundError: there is no such version.
            ConflictError: its experiment is not shared, but all are answered by what is labelled.
        """
        _require_word(label)
        with self._database.writing() as connection:
            row = find_number(connection, name, number, self._viewer)
            _require_shared(lock(connection, row["experiment_id"]), name, number)
            connection.execute(_of_label(name, label))
            values = {"model_name": name, "label": label, "version": number}
            connection.execute(insert(model_label).values(values))
            return _to_version(row, _labels(connection, name))

    def unlabel(self, name: str, label: str) -> None:
        """Take a label away; one that is not there is no error.

        Raises:
            InvalidInputError: `label` is no word.
        """
        _require_word(label)
        with self._database.writing() as connection:
            connection.execute(_of_label(name, label))


def add(connection: Connection, name: str, experiment_id: str, kept: KeptModel) -> None:
    """Number a kept model, unless it has a number of this name already."""
    if number_of(connection, kept.run_id) is not None:
        return
    number = connection.execute(_NEXT, {"name": name}).scalar_one()
    connection.execute(
        insert(model_version).values(
            model_name=name,
            version=number,
            experiment_id=experiment_id,
            run_id=kept.run_id,
            figure=kept.figure,
            value=kept.value,
            created_at=now(),
        )
    )


def number_of(connection: Connection, run_id: str) -> int | None:
    """Return the version that a run's model is, None where it was never kept."""
    query = select(model_version.c.version).where(model_version.c.run_id == run_id)
    return connection.execute(query).scalar_one_or_none()


def find(connection: Connection, name: str, tag: str, viewer: Viewer) -> RowMapping:
    """Return the version that a number or a label of a name stands for, as far as `viewer` sees.

    Raises:
        NotFoundError: none; the message names those that there are.
    """
    if tag.isascii() and tag.isdigit():
        return find_number(connection, name, int(tag[:9]), viewer)
    number = labelled(connection, name, tag, viewer)
    if number is None and tag == LATEST:
        newest = _seen(name, viewer).order_by(model_version.c.version.desc()).limit(1)
        row = connection.execute(newest).mappings().one_or_none()
        number = None if row is None else row["version"]
    if number is None:
        labels = select(model_label.c.label).where(model_label.c.model_name == name)
        known = sorted({LATEST, *connection.execute(labels).scalars()})
        raise NotFoundError(
            f"model {name} has no label {quote(tag)}; its labels: {', '.join(known)}",
            param="model",
            received=tag,
        )
    return find_number(connection, name, number, viewer)


def find_number(connection: Connection, name: str, number: int, viewer: Viewer) -> RowMapping:
    """Return a version of a name that `viewer` sees.

    Raises:
        NotFoundError: there is none; the message tells which there are.
    """
    query = _seen(name, viewer)
    found = connection.execute(query.where(model_version.c.version == number)).mappings()
    if (row := found.one_or_none()) is not None:
        return row
    rows = connection.execute(query.order_by(model_version.c.version)).mappings()
    known = [str(row["version"]) for row in rows]
    raise NotFoundError(
        f"model {name} has no version {number}; it has {', '.join(known[-20:]) or 'none yet'}",
        param="version",
        received=number,
    )


def labelled(connection: Connection, name: str, label: str, viewer: Viewer) -> int | None:
    """Return the version that a label was set to, None where `viewer` sees none."""
    query = _seen(name, viewer).join(
        model_label,
        (model_label.c.model_name == model_version.c.model_name)
        & (model_label.c.version == model_version.c.version),
    )
    row = connection.execute(query.where(model_label.c.label == label)).mappings().one_or_none()
    return None if row is None else row["version"]


def require_unlabelled(connection: Connection, experiment_id: str) -> None:
    """Refuse to lose a version that a label points at.

    Raises:
        ConflictError: a label points at a version that this experiment has kept.
    """
    query = (
        select(model_label.c.model_name, model_label.c.label, model_label.c.version)
        .join(
            model_version,
            (model_version.c.model_name == model_label.c.model_name)
            & (model_version.c.version == model_label.c.version),
        )
        .where(model_version.c.experiment_id == experiment_id)
    )
    row = connection.execute(query).first()
    if row is not None:
        raise ConflictError(
            f"experiment {experiment_id} holds version {row.version} of model {row.model_name}, "
            f"which the label {row.label} stands for; set the label to another version first",
            param="id",
            received=experiment_id,
        )


def _require_word(label: str) -> None:
    if not LABEL.fullmatch(label):
        raise InvalidInputError(
            "a label is a word of small letters, digits, - and _, such as stable; received "
            + quote(label),
            param="label",
            received=label,
        )


def _require_shared(parent: RowMapping, name: str, number: int) -> None:
    if parent["owner"] is not None and not parent["shared"]:
        raise ConflictError(
            f"version {number} of model {name} is of experiment {parent['id']}, which "
            f"{parent['owner']} does not share, and everybody is answered by what is labelled; "
            'share it first: PATCH it with {"shared": true}',
            param="version",
            received=number,
        )


def _seen(name: str, viewer: Viewer) -> Select[Any]:
    query = select(model_version).where(model_version.c.model_name == name)
    if viewer.everything:
        return query
    mine = experiment.c.id == model_version.c.experiment_id
    return query.join(experiment, mine).where(visible(viewer))


def _labels(connection: Connection, name: str) -> dict[int, list[str]]:
    """Return a name's labels, in their order, by the version that each was set to."""
    query = select(model_label.c.version, model_label.c.label)
    query = query.where(model_label.c.model_name == name).order_by(model_label.c.label)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.version].append(row.label)
    return found


def _of_label(name: str, label: str) -> Delete:
    return delete(model_label).where(model_label.c.model_name == name, model_label.c.label == label)


def _to_version(row: RowMapping, labels: Mapping[int, list[str]]) -> Version:
    return Version(
        number=row["version"],
        experiment_id=row["experiment_id"],
        run_id=row["run_id"],
        figure=row["figure"],
        value=row["value"],
        created_at=row["created_at"],
        labels=labels.get(row["version"], []),
    )
