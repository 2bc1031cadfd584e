"""What a spec leaves out, filled from its data set and its optimizer."""

from typing import Any

from fitserve_core.datasets.registry import DATASETS
from fitserve_core.spec.base import named
from fitserve_core.spec.full_batch import part_changed
from fitserve_core.spec.optimizers import DEFAULT_LEARNING_RATES

PARTS = ("network", "training")


def filled(given: Any) -> Any:
    """Return a posted spec with the defaults of its data set; what is no spec as it came."""
    if not isinstance(given, dict):
        return given
    info = DATASETS.get(given["dataset"]) if isinstance(given.get("dataset"), str) else None
    if info is None:
        return given
    whole = {**info.spec_defaults, **given}
    for part in PARTS:
        if isinstance(given.get(part), dict):
            whole[part] = part_changed(info.spec_defaults[part], given[part])
    training = whole["training"]
    if isinstance(training, dict) and "learning_rates" not in training:
        optimizer = named(training["optimizer"])
        name = optimizer.get("name") if isinstance(optimizer, dict) else None
        if isinstance(name, str) and name in DEFAULT_LEARNING_RATES:
            whole["training"] = {**training, "learning_rates": DEFAULT_LEARNING_RATES[name]}
    return whole
