"""Runs with their epochs, read a few at a time: an experiment may have millions."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, or_, select, tuple_

from fitserve_core.results import Artefact, EpochFigures, RunMetrics
from fitserve_core.store.database import Database
from fitserve_core.store.parents import find_visible
from fitserve_core.store.rows import moment, place_of
from fitserve_core.store.tables import artefact, epoch, run
from fitserve_core.store.viewers import EVERYBODY, Viewer

RUNS_AT_ONCE = 100
EPOCHS_AT_ONCE = 1_000
# Runs with no more epochs than this are read together.
FEW_EPOCHS = 20

EpochRow = dict[str, Any]
"""The figures of an epoch by their names, those of `EpochFigures`."""

_FIGURES = [epoch.c[name] for name in EpochFigures.model_fields]
_BEFORE_ALL = (-1, -1)


@dataclass(frozen=True)
class History:
    """A run as it stands, without its epochs, and these, to be read once.

    `epochs`: up to so many as had been recorded by then, some at a time. `place`: by which runs
    are ordered.
    """

    run: RunMetrics
    epochs: Iterator[list[EpochRow]]
    place: tuple[int, int]

    def whole(self) -> RunMetrics:
        """Return the run with its epochs."""
        rows = chain.from_iterable(self.epochs)
        return self.run.model_copy(update={"epochs": [EpochFigures(**row) for row in rows]})


class Histories:
    """Reading of runs with their epochs, by whoever asks."""

    def __init__(self, database: Database, viewer: Viewer = EVERYBODY) -> None:
        self._database = database
        self._viewer = viewer

    def of(self, experiment_id: str) -> Iterator[History]:
        """Return the runs of an experiment, by cell and repetition.

        Each is as it stands at one moment. No transaction stays open between two of them.

        Raises:
            NotFoundError: there is no such experiment; also while they are read, once it is
                deleted.
        """
        return self._following(experiment_id, self._page(experiment_id, _BEFORE_ALL))

    def columns(self, experiment_id: str) -> tuple[list[str], int]:
        """Return what tells an experiment's cells apart, and for how many layers there are norms.

        Raises:
            NotFoundError: there is no such experiment.
        """
        mine = run.c.experiment_id == experiment_id
        configs = select(run.c.config).where(mine).order_by(run.c.cell, run.c.repetition)
        ends = or_(epoch.c.epoch == 1, epoch.c.epoch == run.c.epoch)
        norms = select(epoch.c.gradient_norms).join(run, run.c.id == epoch.c.run_id)
        with self._database.reading() as connection:
            find_visible(connection, experiment_id, self._viewer)
            names = {name: None for config in connection.scalars(configs) for name in config}
            told = connection.scalars(norms.where(mine, ends))
            return list(names), max((len(each or []) for each in told), default=0)

    def _following(self, experiment_id: str, page: list[History]) -> Iterator[History]:
        while page:
            yield from page
            if len(page) < RUNS_AT_ONCE:
                return
            page = self._page(experiment_id, page[-1].place)

    def _page(self, experiment_id: str, after: tuple[int, int]) -> list[History]:
        query = select(run).where(
            run.c.experiment_id == experiment_id,
            tuple_(run.c.cell, run.c.repetition) > tuple_(*after),
        )
        query = query.order_by(run.c.cell, run.c.repetition).limit(RUNS_AT_ONCE)
        with self._database.reading() as connection:
            find_visible(connection, experiment_id, self._viewer)
            rows = connection.execute(query).mappings().all()
            files = _files(connection, [row["id"] for row in rows])
            short = _short(connection, [r["id"] for r in rows if r["epoch"] <= FEW_EPOCHS])
        return [
            History(
                _to_metrics(row, files[row["id"]]),
                iter([short[row["id"]]]) if row["epoch"] <= FEW_EPOCHS else self._long(row),
                (row["cell"], row["repetition"]),
            )
            for row in rows
        ]

    def _long(self, row: RowMapping) -> Iterator[list[EpochRow]]:
        last = 0
        query = select(*_FIGURES).where(epoch.c.run_id == row["id"]).order_by(epoch.c.epoch)
        while last < row["epoch"]:
            with self._database.reading() as connection:
                find_visible(connection, row["experiment_id"], self._viewer)
                found = _epochs(
                    connection,
                    query.where(epoch.c.epoch > last, epoch.c.epoch <= row["epoch"]).limit(
                        EPOCHS_AT_ONCE
                    ),
                )
            if not found:
                return
            yield found
            last = found[-1]["epoch"]


def _short(connection: Connection, run_ids: Sequence[str]) -> dict[str, list[EpochRow]]:
    query = select(epoch.c.run_id, *_FIGURES).where(epoch.c.run_id.in_(run_ids))
    grouped: dict[str, list[EpochRow]] = {run_id: [] for run_id in run_ids}
    for row in _epochs(connection, query.order_by(epoch.c.run_id, epoch.c.epoch)):
        grouped[row.pop("run_id")].append(row)
    return grouped


def _epochs(connection: Connection, query: Select[Any]) -> list[EpochRow]:
    found = connection.execute(query)
    # The library's names are strings of a kind of its own, which not every writer of JSON takes.
    names = [str(name) for name in found.keys()]  # noqa: SIM118 - no mapping
    return [dict(zip(names, row, strict=True)) for row in found.all()]


def _files(connection: Connection, run_ids: Sequence[str]) -> dict[str, list[Artefact]]:
    query = select(artefact).where(artefact.c.run_id.in_(run_ids))
    grouped: dict[str, list[Artefact]] = defaultdict(list)
    found = connection.execute(query.order_by(artefact.c.run_id, artefact.c.kind))
    for row in found.mappings().all():
        grouped[row["run_id"]].append(Artefact.model_validate({**row}))
    return grouped


def _to_metrics(row: RowMapping, artefacts: list[Artefact]) -> RunMetrics:
    same = (
        "cell",
        "config",
        "seed",
        "status",
        "attempt",
        "verdict",
        "final",
        "error",
    )
    values: dict[str, Any] = {name: row[name] for name in same}
    return RunMetrics(
        run_id=row["id"],
        started_from=row["starts_from"],
        device=row["trained_on"],
        epochs=[],
        artefacts=artefacts,
        started_at=moment(row["started_at"]),
        finished_at=moment(row["finished_at"]),
        **place_of(row),
        **values,
    )
