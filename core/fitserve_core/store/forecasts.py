"""What a spec would train: counted, and estimated by epochs that were timed before."""

from sqlalchemy import Connection, func, select

from fitserve_core.devices import ANY, Device
from fitserve_core.estimate import START_SECONDS, epoch_seconds
from fitserve_core.results import Forecast
from fitserve_core.spec import ExperimentSpec, RunPlan
from fitserve_core.spec.accepted import as_accepted
from fitserve_core.spec.experiment import PREVIOUS_REPETITION
from fitserve_core.store.database import Database
from fitserve_core.store.planning import start_of
from fitserve_core.store.tables import epoch, run
from fitserve_core.store.tallies import queue_length
from fitserve_core.store.viewers import EVERYBODY, Viewer

# So many of the latest runs are looked through for one of the same program.
RECENT_RUNS = 200

Timed = list[tuple[RunPlan, float]]


class Forecasts:
    """Looking ahead, for whoever asks; nothing is written."""

    def __init__(self, database: Database, viewer: Viewer = EVERYBODY) -> None:
        self._database = database
        self._viewer = viewer

    def forecast(self, spec: ExperimentSpec, slots: int) -> Forecast:
        """Return what `spec` would train, on `slots` trainings at a time.

        Raises:
            FitserveError: there is no model, or none that fits, to start from.
        """
        plans = [cell.plan for cell in spec.cells]
        with self._database.reading() as connection:
            start_of(connection, self._viewer, spec, plans)
            timed = _timed(connection, spec.device)
            waiting = queue_length(connection)
        info = spec.dataset_info
        runs = [spec.repetitions * (plan.split.folds or 1) for plan in plans]
        measured = [_measured(plan, timed) for plan in plans]
        seconds = [
            START_SECONDS + plan.epochs * (epoch_seconds(plan) if known is None else known)
            for plan, known in zip(plans, measured, strict=True)
        ]
        work = sum(n * each for n, each in zip(runs, seconds, strict=True))
        # One after the other, whatever slots there are, where each goes on from the one before.
        in_turn = spec.repetitions if spec.warm_start == PREVIOUS_REPETITION else 1
        sizes = {plan.network.parameters(info.inputs, info.outputs) for plan in plans}
        return Forecast(
            cells=len(plans),
            runs=sum(runs),
            epochs=sum(n * plan.epochs for n, plan in zip(runs, plans, strict=True)),
            parameters=sorted(sizes),
            seconds=max(work / slots, in_turn * max(seconds)),
            basis="rule of thumb" if None in measured else "measured",
            queue_place=waiting + 1,
        )


def _timed(connection: Connection, device: Device) -> Timed:
    """Return plans of recent runs on a device, newest first, and the seconds an epoch took."""
    seconds = select(func.avg(epoch.c.seconds)).where(epoch.c.run_id == run.c.id)
    on = [] if device == ANY else [run.c.trained_on == device]
    recent = (
        select(run.c.plan, seconds.scalar_subquery())
        .where(run.c.status == "succeeded", *on)
        .order_by(run.c.finished_at.desc())
        .limit(RECENT_RUNS)
    )
    rows = connection.execute(recent).all()
    return [(as_accepted(RunPlan, plan), taken) for plan, taken in rows if taken is not None]


def _measured(plan: RunPlan, timed: Timed) -> float | None:
    return next((seconds for other, seconds in timed if _program(other) == _program(plan)), None)


def _program(plan: RunPlan) -> tuple[object, ...]:
    """Return what an epoch's time depends on."""
    return plan.dataset, plan.network, plan.optimizer, plan.batch_size, plan.split
