"""Whether the parts of a spec go together, and whether the house can hold the whole."""

from math import prod
from typing import TYPE_CHECKING

from fitserve_core.datasets.registry import DATASETS
from fitserve_core.errors import PartsDisagreeError
from fitserve_core.spec.augmentation import Augmentation
from fitserve_core.spec.full_batch import check_network, is_full_batch
from fitserve_core.spec.grid import LEARNING_RATES
from fitserve_core.spec.target import require_digits
from fitserve_core.spec.training import EarlyStopping

if TYPE_CHECKING:
    from fitserve_core.spec.experiment import ExperimentSpec

MAX_PARAMETERS = 50_000_000
MAX_RUNS = 10_000
MAX_EPOCH_ROWS = 5_000_000


def check_parts(spec: "ExperimentSpec") -> None:
    """Compare the parts of a spec with each other and with its data set.

    Raises:
        PartsDisagreeError: some cannot go together.
    """
    require_digits(DATASETS[spec.dataset], spec.target)
    _check_parameters(spec)
    _check_batch_normalization(spec)
    _check_split(spec)
    _check_augmentation(spec)
    _check_pretraining(spec)
    if spec.training.early_stopping is not None:
        _check_early_stopping(spec, spec.training.early_stopping)


def check_size(spec: "ExperimentSpec") -> None:
    """Count cells, runs and epochs; every cell's own spec is checked on the way.

    Raises:
        PartsDisagreeError: there are too many of them, or a combination of the grid is no spec.
    """
    rates = 1 if LEARNING_RATES in spec.grid else len(spec.training.cell_rates)
    cells = rates * prod(len(values) for values in spec.grid.values())
    # Counted before cells are made: a grid of ten axes could ask for more than memory holds.
    _check_runs(cells, spec.repetitions, cells * spec.repetitions)
    plans = [cell.plan for cell in spec.cells]
    runs = [spec.repetitions * (plan.split.folds or 1) for plan in plans]
    _check_runs(cells, spec.repetitions, sum(runs))
    rows = sum(n * plan.epochs for n, plan in zip(runs, plans, strict=True))
    if rows > MAX_EPOCH_ROWS:
        raise PartsDisagreeError(
            f"{sum(runs):,} runs of up to {max(plan.epochs for plan in plans):,} epochs would be "
            f"recorded as {rows:,} rows; at most {MAX_EPOCH_ROWS:,}",
            param="training.epochs",
            received=spec.training.epochs,
        )


def _check_runs(cells: int, repetitions: int, runs: int) -> None:
    if runs > MAX_RUNS:
        raise PartsDisagreeError(
            f"{cells:,} configurations × {repetitions:,} repetitions are {runs:,} runs; at most "
            f"{MAX_RUNS:,}",
            param="repetitions",
            received=repetitions,
        )


def _check_parameters(spec: "ExperimentSpec") -> None:
    info = spec.dataset_info
    parameters = spec.network.parameters(info.inputs, info.outputs)
    if parameters > MAX_PARAMETERS:
        raise PartsDisagreeError(
            f"the network would have {parameters:,} parameters; at most {MAX_PARAMETERS:,}",
            param="network.hidden_layers",
            received=spec.network.hidden_layers,
        )
    check_network(spec.training.optimizer, spec.network, parameters)


def _check_batch_normalization(spec: "ExperimentSpec") -> None:
    if spec.network.batch_normalization and spec.training.batch_size == 1:
        raise PartsDisagreeError(
            "network.batch_normalization needs a training.batch_size of at least 2, because "
            "one row less its own mean is zero; received batch_size=1",
            param="training.batch_size",
            received=1,
        )


def _check_split(spec: "ExperimentSpec") -> None:
    for name in ("validation_share", "folds"):
        given = getattr(spec.split, name)
        if given and spec.dataset_info.validates:
            raise PartsDisagreeError(
                f"{spec.dataset} has validation rows of its own; split.{name} must be left out; "
                f"received {given}",
                param=f"split.{name}",
                received=given,
            )
    if spec.split.validation_share and spec.split.folds:
        raise PartsDisagreeError(
            "split.folds and split.validation_share both choose validation rows; give one; "
            f"received folds={spec.split.folds}, validation_share={spec.split.validation_share}",
            param="split.folds",
            received=spec.split.folds,
        )


def _check_augmentation(spec: "ExperimentSpec") -> None:
    given = spec.training.augmentation
    if given == Augmentation():
        return
    why = None
    if spec.dataset_info.side is None:
        why = f"changes images, and {spec.dataset} has none"
    if is_full_batch(spec.training.optimizer.name):
        why = "must be left out with lbfgs, whose loss must not change from call to call"
    if why is not None:
        received = given.model_dump(exclude_defaults=True)
        raise PartsDisagreeError(
            f"{why}; received {received}", param="training.augmentation", received=received
        )


def _check_pretraining(spec: "ExperimentSpec") -> None:
    pretraining = spec.training.pretraining
    if pretraining is None:
        return
    if not spec.network.hidden_layers:
        raise PartsDisagreeError(
            "training.pretraining trains hidden layers; received a network without any",
            param="network.hidden_layers",
            received=[],
        )
    if pretraining.learning_rate is not None and is_full_batch(spec.training.optimizer.name):
        raise PartsDisagreeError(
            "must be left out with lbfgs, which finds the length of each step itself; received "
            f"{pretraining.learning_rate}",
            param="training.pretraining.learning_rate",
            received=pretraining.learning_rate,
        )
    if spec.warm_start is not None:
        raise PartsDisagreeError(
            "training.pretraining and warm_start both choose the first weights; give one; received "
            f"both, warm_start={spec.warm_start!r}",
            param="warm_start",
            received=spec.warm_start,
        )


def _check_early_stopping(spec: "ExperimentSpec", rule: EarlyStopping) -> None:
    split = spec.split
    if not (spec.dataset_info.validates or split.validation_share or split.folds):
        raise PartsDisagreeError(
            f"training.early_stopping needs validation rows, which {spec.dataset} has not of its "
            "own: give a split.validation_share, such as 0.2, or split.folds; received neither",
            param="training.early_stopping",
            received=rule.model_dump(),
        )
    if rule.monitor == "val_accuracy" and spec.dataset_info.task == "regression":
        raise PartsDisagreeError(
            f"training.early_stopping.monitor of a {spec.dataset_info.task} must be 'val_loss'; "
            f"received {rule.monitor!r}",
            param="training.early_stopping.monitor",
            received=rule.monitor,
        )
