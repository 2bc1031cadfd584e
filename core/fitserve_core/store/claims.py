"""Claims on runs: taken with a lease, numbered, and every write fenced by the number."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, insert, select, update

from fitserve_core.devices import DeviceKind
from fitserve_core.errors import LeaseLostError, NotFoundError
from fitserve_core.results import EpochFigures, Verdict
from fitserve_core.spec import RunPlan
from fitserve_core.spec.accepted import as_accepted
from fitserve_core.store import events
from fitserve_core.store.database import Database
from fitserve_core.store.engine import now
from fitserve_core.store.files import Checkpoint, StoredFile
from fitserve_core.store.leases import requeue
from fitserve_core.store.models import weights_of
from fitserve_core.store.parents import change_status, lock
from fitserve_core.store.rows import place_of
from fitserve_core.store.settle import fail_followers, settle
from fitserve_core.store.tables import artefact, epoch, run
from fitserve_core.store.turns import next_run
from fitserve_core.tracing import Carrier

# A slice may hold thousands of tiny epochs, and a page a thousand events.
EPOCHS_AN_EVENT = 100


@dataclass(frozen=True)
class Claim:
    """One worker's attempt at a run; `attempt` is the fence of everything that it writes.

    `checkpoint`: where an earlier attempt got to; `earlier_checkpoint`: the one before it.
    `starts_from`: the run whose weights this one begins with, where its spec asks for a warm start;
    `start`: their file, if it is still there. `trace`: the request that asked for the run.
    """

    run_id: str
    experiment_id: str
    attempt: int
    plan: RunPlan
    epoch: int
    checkpoint: Checkpoint | None
    earlier_checkpoint: Checkpoint | None = None
    starts_from: str | None = None
    start: StoredFile | None = None
    trace: Carrier | None = None


class Claims:
    """What a worker does with a run: take it, keep it, report, end it or hand it back."""

    def __init__(self, database: Database, lease_seconds: float) -> None:
        self._database = database
        self._lease_seconds = lease_seconds

    def take(self, worker: str, device: DeviceKind) -> Claim | None:
        """Claim the run whose turn it is on this worker's device; None where none waits."""
        had = {"worker": worker, "trained_on": device}
        while True:
            with self._database.writing() as connection:
                candidate = next_run(connection, device)
                if candidate is None:
                    return None
                # The candidate was read without its lock: somebody may have taken it meanwhile.
                if claim := self._take(connection, candidate.id, candidate.experiment_id, had):
                    return claim

    def renew(self, claim: Claim) -> None:
        """Prolong the lease.

        Raises:
            LeaseLostError: the run was cancelled, or given to somebody else.
        """
        with self._database.writing() as connection:
            self._fenced(connection, claim, _mine(claim), lease_until=self._lease())

    def check(self, claim: Claim) -> None:
        """Raise LeaseLostError if the run is no longer this attempt's; writes nothing."""
        with self._database.reading() as connection:
            if connection.execute(select(run.c.id).where(_mine(claim))).first() is None:
                raise _lost(claim)

    def record(self, claim: Claim, figures: list[EpochFigures], checkpoint: Checkpoint) -> None:
        """Store the figures of new epochs with the checkpoint that stands behind them.

        Figures and checkpoint move together, so a resumed run repeats no recorded epoch. Saying
        the same twice is harmless: a commit whose answer was lost can be tried again.

        Raises:
            LeaseLostError: the run was cancelled, or given to somebody else.
        """
        first, last = figures[0].epoch, figures[-1].epoch
        lines = [row.model_dump() for row in figures]
        rows = [{"run_id": claim.run_id, **line} for line in lines]
        with self._database.writing() as connection:
            _lock(connection, claim)
            query = select(run.c.epoch).where(_mine(claim))
            if connection.execute(query).scalar_one_or_none() == last:
                return
            changed = {
                "epoch": last,
                # It gets on: what it lost before does not count against it.
                "lost_attempts": 0,
                "lease_until": self._lease(),
                "earlier_checkpoint_path": run.c.checkpoint_path,
                "earlier_checkpoint_sha256": run.c.checkpoint_sha256,
                "checkpoint_path": checkpoint.path,
                "checkpoint_sha256": checkpoint.sha256,
            }
            self._fenced(connection, claim, and_(_mine(claim), run.c.epoch == first - 1), **changed)
            connection.execute(insert(epoch), rows)
            for start in range(0, len(lines), EPOCHS_AN_EVENT):
                told = lines[start : start + EPOCHS_AN_EVENT]
                data = {"run_id": claim.run_id, "epochs": told}
                events.append(connection, claim.experiment_id, "run.epochs", data)

    def succeed(
        self,
        claim: Claim,
        verdict: Verdict,
        final: dict[str, float | None],
        files: list[StoredFile],
    ) -> None:
        """End a run with its verdict, its last figures and its files.

        Raises:
            LeaseLostError: the run was cancelled, or given to somebody else.
        """
        ended = {"verdict": verdict.model_dump(), "final": final}
        rows = [{"run_id": claim.run_id, **vars(file)} for file in files]
        with self._database.writing() as connection:
            self._end(connection, claim, "succeeded", ended)
            if rows:
                connection.execute(insert(artefact), rows)
            settle(connection, claim.experiment_id)

    def fail(self, claim: Claim, error: str) -> None:
        """End a run that cannot be trained, with the reason.

        Raises:
            LeaseLostError: the run was cancelled, or given to somebody else.
        """
        with self._database.writing() as connection:
            self._end(connection, claim, "failed", {"error": error})
            fail_followers(connection, claim.experiment_id, claim.run_id)
            settle(connection, claim.experiment_id)

    def hand_back(self, claim: Claim, reason: str) -> None:
        """Let another worker go on with the run; not counted as a lost attempt."""
        with suppress(LeaseLostError), self._database.writing() as connection:
            _lock(connection, claim)
            requeue(connection, claim.run_id, claim.experiment_id, _mine(claim), reason)

    def _take(
        self, connection: Connection, run_id: str, experiment_id: str, had: dict[str, str]
    ) -> Claim | None:
        try:
            parent = lock(connection, experiment_id)
        except NotFoundError:
            return None
        row = (
            connection.execute(
                update(run)
                .where(run.c.id == run_id, run.c.status == "queued")
                .values(
                    status="running",
                    attempt=run.c.attempt + 1,
                    lease_until=self._lease(),
                    started_at=now(),
                    **had,
                )
                .returning(run)
            )
            .mappings()
            .one_or_none()
        )
        if row is None:
            return None
        if parent["status"] == "queued":
            change_status(connection, experiment_id, "running", started_at=now())
        told = ("cell", "config", "attempt", "epoch", "epochs_total")
        data = {"run_id": run_id, "device": row["trained_on"], **place_of(row)}
        data |= {name: row[name] for name in told}
        events.append(connection, experiment_id, "run.running", data)
        try:
            return _claim(connection, row, parent["trace"])
        except ValidationError as error:
            reason = f"its stored plan cannot be read by this version: {error}"
            self._fail_unreadable(connection, row, reason)
            return None

    def _fail_unreadable(self, connection: Connection, row: RowMapping, error: str) -> None:
        connection.execute(
            update(run)
            .where(run.c.id == row["id"])
            .values(status="failed", error=error, finished_at=now(), lease_until=None)
        )
        data = {"run_id": row["id"], "error": error}
        events.append(connection, row["experiment_id"], "run.failed", data)
        settle(connection, row["experiment_id"])

    def _end(
        self, connection: Connection, claim: Claim, status: str, values: dict[str, Any]
    ) -> None:
        _lock(connection, claim)
        ended = {"status": status, "finished_at": now(), "lease_until": None}
        self._fenced(connection, claim, _mine(claim), **ended, **values)
        events.append(
            connection, claim.experiment_id, f"run.{status}", {"run_id": claim.run_id, **values}
        )

    def _fenced(
        self, connection: Connection, claim: Claim, fence: ColumnElement[bool], **values: Any
    ) -> None:
        if connection.execute(update(run).where(fence).values(**values)).rowcount == 0:
            raise _lost(claim)

    def _lease(self) -> ColumnElement[float]:
        return now() + self._lease_seconds


def _claim(connection: Connection, row: RowMapping, trace: Carrier | None) -> Claim:
    source = row["starts_from"]
    return Claim(
        run_id=row["id"],
        experiment_id=row["experiment_id"],
        attempt=row["attempt"],
        plan=as_accepted(RunPlan, row["plan"]),
        epoch=row["epoch"],
        checkpoint=_checkpoint(row, "checkpoint"),
        earlier_checkpoint=_checkpoint(row, "earlier_checkpoint"),
        starts_from=source,
        start=None if source is None else weights_of(connection, source),
        trace=trace,
    )


def _checkpoint(row: RowMapping, name: str) -> Checkpoint | None:
    path = row[f"{name}_path"]
    return None if path is None else Checkpoint(path, row[f"{name}_sha256"])


def _lock(connection: Connection, claim: Claim) -> None:
    """Lock the claim's experiment; where it was deleted, the claim is lost."""
    try:
        lock(connection, claim.experiment_id)
    except NotFoundError:
        raise _lost(claim) from None


def _mine(claim: Claim) -> ColumnElement[bool]:
    return and_(run.c.id == claim.run_id, run.c.attempt == claim.attempt, run.c.status == "running")


def _lost(claim: Claim) -> LeaseLostError:
    return LeaseLostError(f"run {claim.run_id} is no longer attempt {claim.attempt}'s")
