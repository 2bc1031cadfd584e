"""A checkpoint's file: variables, the plan they belong to, and the last epoch's figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fitserve_core.results import EpochFigures
from fitserve_core.spec import RunPlan


def write(path: Path, plan: RunPlan, variables: Sequence[Any], last: EpochFigures | None) -> None:
    """Write `variables` in their order, as an uncompressed `.npz` without pickles."""
    arrays = {f"variable_{index}": np.asarray(value) for index, value in enumerate(variables)}
    figures = last.model_dump_json() if last else ""
    with path.open("wb") as file:
        np.savez(
            file,
            allow_pickle=False,
            plan=np.str_(plan.model_dump_json()),
            last=np.str_(figures),
            **arrays,
        )


def read(path: Path, plan: RunPlan, variables: Sequence[Any]) -> EpochFigures | None:
    """Assign `variables` from the file; return the figures of the last epoch before it.

    Raises:
        ValueError: the checkpoint is of another plan.
    """
    with np.load(path, allow_pickle=False) as arrays:
        written = str(arrays["plan"])
        # Compared as plans, not as text: one written before a knob existed has its default.
        if RunPlan.model_validate_json(written) != plan:
            raise ValueError(
                f"the checkpoint {path.name} is of another plan; received {written}, "
                f"expected {plan.model_dump_json()}"
            )
        for index, variable in enumerate(variables):
            variable.assign(arrays[f"variable_{index}"])
        figures = str(arrays["last"])
    return EpochFigures.model_validate_json(figures) if figures else None
