"""A checkpoint's file: variables, the plan they belong to, and the last epoch's figures."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fitserve_core.results import EpochFigures
from fitserve_core.spec import RunPlan
from fitserve_core.spec.accepted import as_accepted
from fitserve_workers.training.stopping import Best


class Saved(NamedTuple):
    """What a checkpoint holds besides variables.

    Attributes:
        last: figures of the last epoch before it.
        best: the best epoch of early stopping.
        ended: why no epoch can follow, or None.
    """

    last: EpochFigures | None = None
    best: Best | None = None
    ended: str | None = None


def write(
    path: Path,
    plan: RunPlan,
    variables: Sequence[Any],
    saved: Saved,
) -> None:
    """Write `variables` in their order, as an uncompressed `.npz` without pickles."""
    arrays = {f"variable_{index}": np.asarray(value) for index, value in enumerate(variables)}
    if saved.best is not None:
        arrays |= {f"best_{index}": value for index, value in enumerate(saved.best.weights)}
    with path.open("wb") as file:
        np.savez(
            file,
            allow_pickle=False,
            plan=np.str_(plan.model_dump_json()),
            last=_told(saved.last),
            best=_told(saved.best.figures if saved.best else None),
            ended=np.str_(saved.ended or ""),
            **arrays,
        )


def read(path: Path, plan: RunPlan, variables: Sequence[Any]) -> Saved:
    """Assign `variables` from the file; return what else it holds.

    Raises:
        ValueError: the checkpoint is of another plan.
    """
    with np.load(path, allow_pickle=False) as arrays:
        written = str(arrays["plan"])
        # Compared as plans, not as text: one written before a knob existed has its default.
        if as_accepted(RunPlan, json.loads(written)) != plan:
            raise ValueError(
                f"the checkpoint {path.name} is of another plan; received {written}, "
                f"expected {plan.model_dump_json()}"
            )
        for index, variable in enumerate(variables):
            variable.assign(arrays[f"variable_{index}"])
        best = _figures(arrays, "best")
        count = sum(name.startswith("best_") for name in arrays)
        weights = [arrays[f"best_{index}"] for index in range(count)]
        ended = str(arrays["ended"]) if "ended" in arrays else ""
        kept = Best(best, weights) if best else None
        return Saved(_figures(arrays, "last"), kept, ended or None)


def _told(figures: EpochFigures | None) -> np.str_:
    return np.str_(figures.model_dump_json() if figures else "")


def _figures(arrays: Mapping[str, Any], name: str) -> EpochFigures | None:
    told = str(arrays[name]) if name in arrays else ""
    return EpochFigures.model_validate_json(told) if told else None
