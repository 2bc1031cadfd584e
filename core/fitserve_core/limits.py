"""How large an experiment this house takes; the spec says what no house takes."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from fitserve_core.allowances import Allowances
from fitserve_core.errors import InvalidInputError
from fitserve_core.estimate import START_SECONDS, epoch_seconds
from fitserve_core.spec import ExperimentSpec, RunPlan

SECONDS_AN_HOUR = 3_600


class Limits(BaseModel):
    """The most that one experiment may ask for."""

    model_config = ConfigDict(frozen=True)

    max_layers: int = Field(default=64, ge=0, description="Hidden layers.")
    max_units: int = Field(default=16_384, ge=1, description="Units of a layer.")
    max_parameters: int = Field(default=50_000_000, ge=1, description="Weights of a network.")
    max_epochs: int = Field(default=100_000, ge=1, description="Epochs of a run.")
    max_runs: int = Field(default=10_000, ge=1, description="Runs of an experiment.")
    max_core_hours: float = Field(
        default=10_000.0, gt=0, description="Hours of all runs on one core, by rule of thumb."
    )

    def check(self, spec: ExperimentSpec) -> None:
        """Hold a spec, as it will be trained, against every limit.

        Raises:
            InvalidInputError: the first that it passes, and the setting that says so.
        """
        plans = [cell.plan for cell in spec.cells]
        runs = [spec.repetitions * (plan.split.folds or 1) for plan in plans]
        for plan in plans:
            for name, param, asked in _sizes(spec, plan):
                self._hold(name, param, asked)
        self._hold("max_runs", "repetitions", sum(runs))
        seconds = sum(
            n * (START_SECONDS + plan.epochs * epoch_seconds(plan))
            for n, plan in zip(runs, plans, strict=True)
        )
        self._hold("max_core_hours", "training", float(f"{seconds / SECONDS_AN_HOUR:.3g}"))

    def _hold(self, name: str, param: str, asked: float) -> None:
        most = getattr(self, name)
        if asked > most:
            what = (type(self).model_fields[name].description or name).rstrip(".").lower()
            raise InvalidInputError(
                f"{param}: this service takes at most {most:,} {what}; received {asked:,} "
                f"(FITSERVE_{name.upper()})",
                param=param,
                received=asked,
            )


class HouseLimits(Limits, Allowances):
    """The most that one experiment, and one caller, may ask for."""


WIDEST = Limits()


def _sizes(spec: ExperimentSpec, plan: RunPlan) -> Iterator[tuple[str, str, Any]]:
    layers, info = plan.network.hidden_layers, spec.dataset_info
    yield "max_layers", "network.hidden_layers", len(layers)
    yield "max_units", "network.hidden_layers", max(layers, default=0)
    parameters = plan.network.parameters(info.inputs, info.outputs)
    yield "max_parameters", "network.hidden_layers", parameters
    yield "max_epochs", "training.epochs", plan.epochs
