"""Choose the recommended Eckerle4 entry: candidates and rule first, test figures last.

Every candidate is trained by leave-one-out inside the training rows of split seeds 0 to 9; the one
with the lowest mean validation MSE over its 210 runs is chosen. Then, and only of that one, the
test MSE is told, over the same splits × 3 repetitions, for five seeds of the experiment.
"""

from collections.abc import Iterable, Sequence
from statistics import fmean, median
from typing import Any

from trial import trial

from fitserve import Client
from fitserve_core.results import RunMetrics

DRAWN = {"name": "random_normal", "stddev": 1.0}
SPLITS = list(range(10))
SPEC: dict[str, Any] = {
    "dataset": "eckerle4",
    "network": {
        "kernel_initializer": DRAWN,
        "bias_initializer": DRAWN,
        "regularizer": {"l2": 1e-7},
    },
    "training": {"optimizer": "lbfgs", "epochs": 1_000},
    "scaling": "train",
}
CANDIDATES = {
    "network.hidden_layers": [[4], [8], [4, 4], [8, 8]],
    "network.activation": ["tanh", "sigmoid"],
}
LEAVE_ONE_OUT = 21
SEEDS = list(range(5))
MISSED = 5e-3


def main() -> None:
    """Choose, then tell the chosen one's test figures."""
    with trial() as stack, Client(stack.url) as client:
        chosen = _choose(client)
        seeds = {**{path: [value] for path, value in chosen.items()}, "seed": SEEDS}
        for told, runs in _trained(client, ["seed"], seeds, repetitions=3):
            _print(told, runs, "test_mse")


def _choose(client: Client) -> dict[str, Any]:
    folds = {"folds": LEAVE_ONE_OUT}
    candidates = _trained(client, list(CANDIDATES), CANDIDATES, repetitions=1, split=folds)
    candidates.sort(key=lambda candidate: fmean(_finals(candidate[1], "val_mse")))
    for told, runs in candidates:
        _print(told, runs, "val_mse")
    return candidates[0][0]


def _trained(
    client: Client, paths: Sequence[str], grid: dict[str, Any], **changes: Any
) -> list[tuple[dict[str, Any], list[RunMetrics]]]:
    """Train every cell of `grid` on every split; return runs by what they have at `paths`."""
    crossed = {**grid, "split.seed": SPLITS}
    experiment = client.experiments.create(**SPEC, **changes, grid=crossed)
    client.experiments.wait(experiment.id)
    configs = [cell.config for cell in client.experiments.summary(experiment.id).cells]
    groups: list[tuple[dict[str, Any], list[RunMetrics]]] = []
    for run in client.experiments.metrics(experiment.id).runs:
        told = {path: configs[run.cell][path] for path in paths}
        of_group = next((runs for known, runs in groups if known == told), None)
        if of_group is None:
            groups.append((told, [run]))
        else:
            of_group.append(run)
    return groups


def _finals(runs: Iterable[RunMetrics], name: str) -> list[float]:
    values = [(run.final or {}).get(name) for run in runs]
    return [float("inf") if value is None else value for value in values]


def _print(told: dict[str, Any], runs: list[RunMetrics], figure: str) -> None:
    values = _finals(runs, figure)
    missed = sum(value > MISSED for value in _finals(runs, "mse"))
    print(
        f"{told}: {len(runs)} runs, {figure} mean {fmean(values):.2e}, median "
        f"{median(values):.2e}, greatest {max(values):.2e}; training MSE above {MISSED:g}: "
        f"{missed}",
        flush=True,
    )


if __name__ == "__main__":
    main()
