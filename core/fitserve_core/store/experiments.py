"""Experiments: posted whole or not at all, read with their runs tallied, cancelled, deleted."""

import hashlib
import json
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from fitserve_core import tracing
from fitserve_core.errors import ConflictError
from fitserve_core.results import TERMINAL, Experiment
from fitserve_core.spec import ExperimentSpec
from fitserve_core.store.database import Database
from fitserve_core.store.ending import end
from fitserve_core.store.engine import now
from fitserve_core.store.pages import newest
from fitserve_core.store.parents import UNFINISHED, change_status, find_visible, lock_own
from fitserve_core.store.planning import missing_runs
from fitserve_core.store.quotas import require_room
from fitserve_core.store.rows import new_id, spec_of
from fitserve_core.store.tables import experiment, run
from fitserve_core.store.tags import put_tags
from fitserve_core.store.tallies import answered
from fitserve_core.store.versions import require_unlabelled
from fitserve_core.store.viewers import EVERYBODY, Viewer, visible


class Experiments:
    """What can be done with experiments, by whoever asks."""

    def __init__(self, database: Database, viewer: Viewer = EVERYBODY) -> None:
        self._database = database
        self._viewer = viewer

    def create(self, spec: ExperimentSpec, key: str | None = None) -> Experiment:
        """Insert an experiment and all its runs; with a key seen before, return the earlier one.

        A key is its owner's: others may use the same.

        Raises:
            ConflictError: the key was used with another spec.
            QuotaExceededError: its owner has as much in the queue as it may.
            FitserveError: there is no model, or none that fits, to start from.
        """
        if key is not None and (earlier := self._by_key(key, spec)):
            return earlier
        try:
            with self._database.writing() as connection:
                experiment_id = _insert(connection, spec, key, self._viewer)
        except IntegrityError:
            # Somebody else posted the same key between our look and our insert.
            if key is not None and (earlier := self._by_key(key, spec)):
                return earlier
            raise
        return self.get(experiment_id)

    def get(self, experiment_id: str) -> Experiment:
        """Return one experiment.

        Raises:
            NotFoundError: there is none with this id.
        """
        with self._database.reading() as connection:
            return answered(connection, [find_visible(connection, experiment_id, self._viewer)])[0]

    def exists(self, experiment_id: str) -> bool:
        """Tell whether there is an experiment with this id."""
        query = select(experiment.c.id).where(
            experiment.c.id == experiment_id, visible(self._viewer)
        )
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def page(
        self,
        *,
        limit: int,
        after: str | None = None,
        status: str | None = None,
        dataset: str | None = None,
        tag: str | None = None,
    ) -> tuple[list[Experiment], bool]:
        """Return at most `limit` experiments, newest first, and whether there are more."""
        query = newest(
            self._viewer, limit + 1, after=after, status=status, dataset=dataset, tag=tag
        )
        with self._database.reading() as connection:
            found = answered(connection, connection.execute(query).mappings().all())
        return found[:limit], len(found) > limit

    def describe(self, experiment_id: str, changes: dict[str, Any]) -> Experiment:
        """Change what an experiment says for people: `name`, `tags`, `notes`; or `shared`.

        Raises:
            NotFoundError: there is none with this id.
            ForbiddenError: it is somebody else's.
            ConflictError: it is to be shared no more, and a label stands for a model of it.
        """
        with self._database.writing() as connection:
            row = lock_own(connection, experiment_id, self._viewer)
            said = {field: value for field, value in changes.items() if field != "shared"}
            shared = changes.get("shared", row["shared"])
            if row["shared"] and not shared:
                require_unlabelled(connection, experiment_id)
            if "tags" in said:
                put_tags(connection, experiment_id, said["tags"])
            connection.execute(
                update(experiment)
                .where(experiment.c.id == experiment_id)
                .values(
                    name=said.get("name", row["name"]), spec={**row["spec"], **said}, shared=shared
                )
            )
        return self.get(experiment_id)

    def cancel(self, experiment_id: str) -> Experiment:
        """End an experiment now; whoever trains one of its runs can write no more.

        Raises:
            NotFoundError: there is none with this id.
            ForbiddenError: it is somebody else's.
        """
        with self._database.writing() as connection:
            if lock_own(connection, experiment_id, self._viewer)["status"] in UNFINISHED:
                connection.execute(
                    update(run)
                    .where(run.c.experiment_id == experiment_id, run.c.status.in_(UNFINISHED))
                    .values(status="cancelled", finished_at=now(), lease_until=None)
                )
                end(connection, experiment_id, "cancelled")
        return self.get(experiment_id)

    def delete(self, experiment_id: str) -> None:
        """Remove an experiment's rows.

        Raises:
            NotFoundError: there is none with this id.
            ForbiddenError: it is somebody else's.
            ConflictError: it has not ended, a label stands for a model of it, or a run that has
                not ended starts from it.
        """
        with self._database.writing() as connection:
            status = lock_own(connection, experiment_id, self._viewer)["status"]
            if status not in TERMINAL:
                raise ConflictError(
                    f"experiment {experiment_id} is {status}; cancel it or wait for its end",
                    param="id",
                    received=experiment_id,
                )
            require_unlabelled(connection, experiment_id)
            _require_no_followers(connection, experiment_id)
            connection.execute(delete(experiment).where(experiment.c.id == experiment_id))

    def _by_key(self, key: str, spec: ExperimentSpec) -> Experiment | None:
        query = select(experiment).where(
            experiment.c.idempotency_key == _owned(key, self._viewer.name)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                return None
            if (row["posted_sha256"] or _digest(spec_of(row))) != _digest(spec):
                raise ConflictError(
                    f"Idempotency-Key {key!r} was used for experiment {row['id']} with another "
                    "body; use a new key for a new experiment",
                    param="Idempotency-Key",
                    received=key,
                )
            return answered(connection, [row])[0]


def _require_no_followers(connection: Connection, experiment_id: str) -> None:
    source = run.alias("source")
    followers = (
        select(run.c.experiment_id)
        .join(source, source.c.id == run.c.starts_from)
        .where(source.c.experiment_id == experiment_id, run.c.status.in_(UNFINISHED))
    )
    follower = connection.scalars(followers.limit(1)).first()
    if follower is not None:
        raise ConflictError(
            f"experiment {experiment_id} holds the weights that runs of experiment {follower} "
            "start from; wait for its end or cancel it first",
            param="id",
            received=experiment_id,
        )


def _insert(connection: Connection, spec: ExperimentSpec, key: str | None, viewer: Viewer) -> str:
    experiment_id = new_id("exp")
    runs = missing_runs(connection, experiment_id, spec, viewer)
    require_room(connection, viewer, len(runs))
    connection.execute(
        insert(experiment).values(
            id=experiment_id,
            name=spec.name,
            dataset=spec.dataset,
            model_name=spec.model_name,
            status="queued",
            spec=spec.model_dump(mode="json"),
            idempotency_key=None if key is None else _owned(key, viewer.name),
            posted_sha256=_digest(spec),
            created_at=now(),
            trace=tracing.carrier(),
            owner=viewer.name,
        )
    )
    connection.execute(insert(run), runs)
    put_tags(connection, experiment_id, spec.tags)
    change_status(connection, experiment_id, "queued")
    return experiment_id


def _owned(key: str, owner: str | None) -> str:
    """Return an idempotency key as the store holds it."""
    return key if owner is None else f"{owner}:{hashlib.sha256(key.encode()).hexdigest()}"


def _digest(spec: ExperimentSpec) -> str:
    """Return what tells a spec from another, the same once fields with defaults are added."""
    told = json.dumps(spec.model_dump(mode="json", exclude_defaults=True), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
