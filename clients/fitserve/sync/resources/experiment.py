"""An experiment that can be asked about itself."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import PrivateAttr

from fitserve.frames import MetricsFrame
from fitserve.result_table import ResultTable
from fitserve_core import results
from fitserve_core.results import Event, Summary

if TYPE_CHECKING:
    from fitserve.sync.resources.experiments import Experiments


class Experiment(results.Experiment):
    """Where an experiment stood when the service was asked, and the ways to ask again.

    Each method is the one of `client.experiments` with this experiment's id.
    """

    _experiments: "Experiments" = PrivateAttr()

    def bound(self, experiments: "Experiments") -> Self:
        """Return itself, asking through `experiments` from now on."""
        self._experiments = experiments
        return self

    def wait(self, *, progress: bool = True, timeout: float | None = None) -> "Experiment":
        """Wait until it has ended, however it ended, and return it as it stands then.

        Example:
            >>> experiment = client.experiments.create(dataset="eckerle4")
            >>> experiment = experiment.wait(progress=False, timeout=120)
            >>> experiment.progress.fraction
            1.0
        """
        return self._experiments.wait(self.id, progress=progress, timeout=timeout)

    def stream(self) -> Generator[Event, None, None]:
        """Yield its events, old ones first, then live, until its last."""
        for event in self._experiments.stream(self.id):
            yield event

    def metrics(self) -> MetricsFrame:
        """Return the figures of every run and epoch."""
        return self._experiments.metrics(self.id)

    def summary(self) -> Summary:
        """Return mean and standard deviation of every cell."""
        return self._experiments.summary(self.id)

    def table(self) -> ResultTable:
        """Return the summary as a table."""
        return self._experiments.table(self.id)

    def figure(self, name: str, **options: Any) -> Any:
        """Return a figure that the service draws, as a `plotly.graph_objects.Figure`."""
        return self._experiments.figure(self.id, name, **options)

    def export(
        self,
        format: Literal["csv", "tensorboard", "mlflow"],  # noqa: A002  the API's own word
        path: str | Path,
    ) -> Path:
        """Store the figures of every run in the form that another program reads."""
        return self._experiments.export(self.id, format, path)

    def extend(self, **extension: Any) -> "Experiment":
        """Add runs to it, once it has ended."""
        return self._experiments.extend(self.id, **extension)

    def cancel(self) -> "Experiment":
        """Cancel it."""
        return self._experiments.cancel(self.id)
