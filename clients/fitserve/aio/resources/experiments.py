"""`client.experiments`: post specs, watch them, read what came of them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from fitserve import calls
from fitserve.aio.resources.experiment import AsyncExperiment
from fitserve.aio.sender import AsyncSender
from fitserve.frames import MetricsFrame
from fitserve.responses import figure_of, parse
from fitserve.result_table import ResultTable
from fitserve.storing import store
from fitserve.waiting import still_running, watcher_of
from fitserve_core.records import RunRecord
from fitserve_core.results import (
    TERMINAL,
    Event,
    Forecast,
    Page,
    Status,
    Summary,
)
from fitserve_core.spec import DatasetName, ExperimentSpec

PAGE_SIZE = 100


class AsyncExperiments:
    """Experiments of the service."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def create(
        self,
        spec: Mapping[str, Any] | ExperimentSpec | None = None,
        *,
        idempotency_key: str | None = None,
        **fields: Any,
    ) -> AsyncExperiment:
        """Post a spec, given whole or as keyword arguments, and return the queued experiment.

        The service judges the spec; nothing is checked here. Sending it again after a lost
        connection is safe: every call carries an idempotency key of its own unless one is given.

        Raises:
            BadSpec: the service refuses a field; `param` is its path.
            Conflict: `idempotency_key` was used before with another spec.

        Example:
            >>> experiment = await client.experiments.create(
            ...     dataset="mnist",
            ...     network={"hidden_layers": [8]},
            ...     training={"learning_rates": [0.1, 0.01], "batch_size": 64, "epochs": 3},
            ... )
            >>> experiment = await experiment.wait(progress=False)
            >>> experiment.status
            'succeeded'
        """
        body = calls.spec_of(spec, fields)
        call = calls.create_experiment(body, idempotency_key or str(uuid4()))
        return await self._send(call)

    async def forecast(
        self, spec: Mapping[str, Any] | ExperimentSpec | None = None, **fields: Any
    ) -> Forecast:
        """Return how many runs a spec would train, and about how long that would take.

        Raises:
            BadSpec: the service refuses a field; `param` is its path.

        Example:
            >>> forecast = await client.experiments.forecast(preset="mnist-B", repetitions=4)
            >>> forecast.runs, forecast.parameters
            (4, [79510])
        """
        return parse(Forecast, await self._sender.send(calls.forecast(calls.spec_of(spec, fields))))

    async def clone(
        self, experiment_id: str, *, idempotency_key: str | None = None, **changes: Any
    ) -> AsyncExperiment:
        """Post an experiment's spec again; fields that differ are given as keyword arguments.

        Those of `network` and `training` differ one by one: `training={"epochs": 40}`.

        Raises:
            BadSpec: the whole is refused; `param` is the field's path.
        """
        key = idempotency_key or str(uuid4())
        call = calls.clone_experiment(experiment_id, changes, key)
        return await self._send(call)

    async def extend(
        self,
        experiment_id: str,
        *,
        repetitions: int | None = None,
        grid: Mapping[str, Any] | None = None,
    ) -> AsyncExperiment:
        """Add runs to an experiment that has ended; what is there stays as it is.

        Args:
            experiment_id: what to extend.
            repetitions: runs that each cell is to have in all.
            grid: values to add to what is crossed, as `{"training.learning_rates": [0.1]}`.

        Raises:
            BadSpec: the experiment does not cross this, or has more repetitions already.
            Conflict: it has not ended.
        """
        given = {"repetitions": repetitions, "grid": grid}
        extension = {name: value for name, value in given.items() if value is not None}
        call = calls.extend_experiment(experiment_id, extension)
        return await self._send(call)

    async def describe(self, experiment_id: str, **description: Any) -> AsyncExperiment:
        """Change `name`, `tags` or `notes`, or let other keys read it: `shared`."""
        call = calls.describe_experiment(experiment_id, description)
        return await self._send(call)

    async def retrieve(self, experiment_id: str) -> AsyncExperiment:
        """Return where an experiment stands."""
        return await self._send(calls.experiment(experiment_id))

    async def metrics(self, experiment_id: str) -> MetricsFrame:
        """Return the figures of every run and epoch; `to_numpy()` and `to_pandas()` shape them.

        Example:
            >>> metrics = await client.experiments.metrics(experiment.id)
            >>> metrics.to_numpy()["val_accuracy"].shape  # runs × epochs
            (2, 3)
        """
        return parse(MetricsFrame, await self._sender.send(calls.experiment_metrics(experiment_id)))

    async def summary(self, experiment_id: str) -> Summary:
        """Return mean and standard deviation of every cell, the best cell and the kept model."""
        return parse(Summary, await self._sender.send(calls.experiment_summary(experiment_id)))

    async def table(self, experiment_id: str) -> ResultTable:
        """Return the summary as a table: HTML in notebooks, text in terminals, to paste elsewhere.

        Example:
            >>> table = await client.experiments.table(experiment.id)
            >>> print(table.to_markdown())  # doctest: +ELLIPSIS
            | learning rate | runs | train loss | ...
        """
        return ResultTable(await self.summary(experiment_id))

    async def record(self, experiment_id: str, run_id: str) -> RunRecord:
        """Return what a finished run shows beyond its figures: layers, weights, pictures.

        Raises:
            NotFound: the experiment has no such run, or an old version trained it.
            Conflict: the run has not succeeded (yet).
        """
        return parse(RunRecord, await self._sender.send(calls.run_record(experiment_id, run_id)))

    async def figure(self, experiment_id: str, name: str, **options: Any) -> Any:
        """Return a figure that the service draws, as a `plotly.graph_objects.Figure`.

        Args:
            experiment_id: whose figure.
            name: `learning-curves`, `gradient-norms`, `weight-histograms`, `first-layer`; of
                digits `confusion` and `most-wrong`; of Eckerle4 `fit`.
            options: the figure's own, such as `quantity="accuracy"`, `scale="log"`, `runs=True`
                and `beside=[…]` of learning curves, `run` of what a run shows, `cell` of a fit.

        Raises:
            ConfigurationError: Plotly is not installed.
            NotFound: there is no such experiment, run or figure.
            Conflict: no run has come so far yet.
        """
        call = calls.experiment_figure(experiment_id, name, options)
        return figure_of((await self._sender.send(call)).text)

    async def export(
        self,
        experiment_id: str,
        format: Literal["csv", "tensorboard", "mlflow"],  # noqa: A002  the API's own word
        path: str | Path,
    ) -> Path:
        """Store every run's figures in the form that another program reads; return where they lie.

        Args:
            experiment_id: whose figures.
            format: `csv` for a table, one line a run and epoch; `tensorboard` and `mlflow` for a
                ZIP archive of the folder that those open.
            path: a file, replaced as a whole if it exists; a folder gets one named by the id.

        Example:
            >>> await client.experiments.export(experiment.id, "csv", "digits.csv")
            PosixPath('digits.csv')
        """
        response = await self._sender.send(calls.export_experiment(experiment_id, format))
        name = f"{experiment_id}.csv" if format == "csv" else f"{experiment_id}-{format}.zip"
        return store(response.content, Path(path), name)

    async def cancel(self, experiment_id: str) -> AsyncExperiment:
        """Cancel an experiment and return it as it stands; a second time changes nothing."""
        return await self._send(calls.cancel_experiment(experiment_id))

    async def delete(self, experiment_id: str) -> None:
        """Delete an experiment that does not run any more.

        Raises:
            Conflict: it still runs.
        """
        await self._sender.send(calls.delete_experiment(experiment_id))

    async def stream(self, experiment_id: str) -> AsyncGenerator[Event, None]:
        """Yield the experiment's events, old ones first, then live, until its last.

        A lost connection is taken up again behind the last event seen.

        Example:
            >>> types = [event.type async for event in client.experiments.stream(experiment.id)]
            >>> types[0], types[-1]
            ('experiment.queued', 'experiment.succeeded')
        """
        async with aclosing(self._sender.follow(experiment_id)) as events:
            async for event in events:
                yield event

    async def wait(
        self, experiment_id: str, *, progress: bool = True, timeout: float | None = None
    ) -> AsyncExperiment:
        """Wait until an experiment has ended, however it ended, and return it.

        It goes on by itself through lost connections and restarts of the service.

        Args:
            experiment_id: what to wait for.
            progress: show bars in a terminal or a notebook, a few lines elsewhere.
            timeout: seconds; None waits as long as it takes. It is looked at whenever the
                service says something, at least at each of its keep-alives.

        Raises:
            WaitTimeoutError: it still runs after `timeout`.
        """
        clock = self._sender.clock
        deadline = None if timeout is None else clock.monotonic() + timeout
        while (experiment := await self.retrieve(experiment_id)).status not in TERMINAL:
            if timeout is not None and deadline is not None and clock.monotonic() >= deadline:
                raise still_running(experiment, timeout)
            with watcher_of(experiment, clock, progress=progress) as watcher:
                async with aclosing(self._sender.follow(experiment_id, deadline)) as events:
                    async for event in events:
                        watcher.show(event)
        return experiment

    async def list(
        self,
        *,
        limit: int | None = None,
        after: str | None = None,
        status: Status | None = None,
        dataset: DatasetName | None = None,
        tag: str | None = None,
    ) -> AsyncGenerator[AsyncExperiment, None]:
        """Yield experiments, newest first, asking for page after page as they are used up.

        Args:
            limit: at most so many in all; None for every one.
            after: begin behind the experiment of this id.
            status: only those that stand so.
            dataset: only those that learn this.
            tag: only those that have this tag.
        """
        left = limit
        while left is None or left > 0:
            size = PAGE_SIZE if left is None else min(left, PAGE_SIZE)
            call = calls.experiments(size, after, status, dataset, tag)
            page = parse(Page[AsyncExperiment], await self._sender.send(call))
            for experiment in page.data[:left]:
                yield experiment.bound(self)
            if not page.has_more or not page.data:
                return
            after = page.data[-1].id
            left = None if left is None else left - len(page.data)

    async def _send(self, call: calls.Call) -> AsyncExperiment:
        answer = await self._sender.send(call)
        return parse(AsyncExperiment, answer).bound(self)
