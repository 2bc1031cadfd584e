"""The figures of every run and epoch as arrays and data frames."""

from typing import Any

from fitserve_core.errors import ConfigurationError
from fitserve_core.results import EpochFigures, Metrics

NUMBERS = tuple(
    name
    for name, field in EpochFigures.model_fields.items()
    if name != "epoch" and field.annotation in {float, float | None}
)


class MetricsFrame(Metrics):
    """Every run of an experiment with every epoch; arrays are made from it on demand."""

    def to_numpy(self) -> Any:
        """Return a structured array, runs × epochs, with a field for each figure that was taken.

        Epochs that a run does not have (it stopped early, or still runs) are NaN. Runs are in
        `runs`' order: `array["val_accuracy"][0]` is the learning curve of `runs[0]`.

        Raises:
            ConfigurationError: NumPy is not installed.
        """
        try:
            import numpy as np  # noqa: PLC0415  not part of the base install
        except ModuleNotFoundError:
            raise _missing("NumPy") from None
        names = self._reported()
        longest = max((len(run.epochs) for run in self.runs), default=0)
        array = np.full((len(self.runs), longest), np.nan, dtype=[(name, float) for name in names])
        for row, run in zip(array, self.runs, strict=True):
            for name in names:
                row[name][: len(run.epochs)] = [_number(epoch, name) for epoch in run.epochs]
        return array

    def to_pandas(self) -> Any:
        """Return a data frame with a row for each run and epoch.

        Columns: `run_id`, `cell`, `repetition`, `seed`, `verdict`, what was varied (as
        `config.learning_rate`), `epoch`, and each figure that was taken.

        Raises:
            ConfigurationError: pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415  not part of the base install
        except ModuleNotFoundError:
            raise _missing("pandas") from None
        names = self._reported()
        return pd.DataFrame(
            {
                "run_id": run.run_id,
                "cell": run.cell,
                "repetition": run.repetition,
                "seed": run.seed,
                "verdict": run.verdict.name if run.verdict else None,
                **{f"config.{knob}": _cell(value) for knob, value in run.config.items()},
                "epoch": epoch.epoch,
                **{name: _number(epoch, name) for name in names},
            }
            for run in self.runs
            for epoch in run.epochs
        )

    def _reported(self) -> list[str]:
        epochs = [epoch for run in self.runs for epoch in run.epochs]
        return [
            name for name in NUMBERS if any(getattr(epoch, name) is not None for epoch in epochs)
        ]


def _number(epoch: EpochFigures, name: str) -> float:
    value = getattr(epoch, name)
    return float("nan") if value is None else value


def _cell(value: Any) -> Any:
    """Return a configured value as a data frame can group by it."""
    return value if isinstance(value, bool | int | float | str) else str(value)


def _missing(library: str) -> ConfigurationError:
    return ConfigurationError(
        f"this needs {library}, which is not installed; pip install 'fitserve[notebook]'"
    )
