"""An experiment that can be asked about itself."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import PrivateAttr

from fitserve.frames import MetricsFrame
from fitserve.result_table import ResultTable
from fitserve_core import results
from fitserve_core.results import Event, Summary

if TYPE_CHECKING:
    from fitserve.aio.resources.experiments import AsyncExperiments


class AsyncExperiment(results.Experiment):
    """Where an experiment stood when the service was asked, and the ways to ask again.

    Each method is the one of `client.experiments` with this experiment's id.
    """

    _experiments: "AsyncExperiments" = PrivateAttr()

    def bound(self, experiments: "AsyncExperiments") -> Self:
        """Return itself, asking through `experiments` from now on."""
        self._experiments = experiments
        return self

    async def wait(
        self, *, progress: bool = True, timeout: float | None = None
    ) -> "AsyncExperiment":
        """Wait until it has ended, however it ended, and return it as it stands then.

        Example:
            >>> experiment = await client.experiments.create(dataset="eckerle4")
            >>> experiment = await experiment.wait(progress=False, timeout=120)
            >>> experiment.progress.fraction
            1.0
        """
        return await self._experiments.wait(self.id, progress=progress, timeout=timeout)

    async def stream(self) -> AsyncGenerator[Event, None]:
        """Yield its events, old ones first, then live, until its last."""
        async for event in self._experiments.stream(self.id):
            yield event

    async def metrics(self) -> MetricsFrame:
        """Return the figures of every run and epoch."""
        return await self._experiments.metrics(self.id)

    async def summary(self) -> Summary:
        """Return mean and standard deviation of every cell."""
        return await self._experiments.summary(self.id)

    async def table(self) -> ResultTable:
        """Return the summary as a table."""
        return await self._experiments.table(self.id)

    async def figure(self, name: str, **options: Any) -> Any:
        """Return a figure that the service draws, as a `plotly.graph_objects.Figure`."""
        return await self._experiments.figure(self.id, name, **options)

    async def export(
        self,
        format: Literal["csv", "tensorboard", "mlflow"],  # noqa: A002  the API's own word
        path: str | Path,
    ) -> Path:
        """Store the figures of every run in the form that another program reads."""
        return await self._experiments.export(self.id, format, path)

    async def extend(self, **extension: Any) -> "AsyncExperiment":
        """Add runs to it, once it has ended."""
        return await self._experiments.extend(self.id, **extension)

    async def cancel(self) -> "AsyncExperiment":
        """Cancel it."""
        return await self._experiments.cancel(self.id)
