"""How long a training will take, before anything was measured: a rule of thumb."""

from fitserve_core.datasets.registry import DATASETS
from fitserve_core.spec import RunPlan

# One core of a server of 2025, fitted by eye to benchmarks: half or twice as long is no surprise.
STEP_SECONDS = 2e-6
UPDATE_SECONDS = 1e-10  # of one weight, by plain gradient descent
ROW_SECONDS = 2e-11  # of one weight and one row: forward and back
START_SECONDS = 1.0  # compiling and exporting

UPDATE_COSTS = {
    "sgd": 1.0,
    "rmsprop": 3.0,
    "adagrad": 3.0,
    "adam": 4.0,
    "nadam": 4.0,
    "adadelta": 4.0,
}
"""How much more an update costs than plain gradient descent's."""


def epoch_seconds(plan: RunPlan) -> float:
    """Return the seconds that an epoch of `plan` may take on one core."""
    info = DATASETS[plan.dataset]
    batch_size = min(plan.batch_size or info.train_rows, info.train_rows)
    weights = plan.network.parameters(info.inputs, info.outputs)
    update = UPDATE_SECONDS * UPDATE_COSTS.get(plan.optimizer.name, 1.0)
    step = STEP_SECONDS + weights * (update + batch_size * ROW_SECONDS)
    return info.train_rows / batch_size * step
