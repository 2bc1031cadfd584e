"""What a full-batch optimizer takes: no mini-batches, no learning rate, no noise."""

from typing import Any

from fitserve_core.errors import PartsDisagreeError
from fitserve_core.spec.base import named
from fitserve_core.spec.network import Network
from fitserve_core.spec.optimizers import Lbfgs, Optimizer

MAX_WORKSPACE = 250_000_000

NOT_TAKEN = {
    "learning_rates": "which finds the length of each step itself",
    "schedule": "which has no learning rate to change",
    "batch_size": "whose every step sees all training rows",
}


def is_full_batch(optimizer: object) -> bool:
    """Return whether an optimizer as posted, a name or an object with one, is L-BFGS."""
    posted = named(optimizer)
    return isinstance(posted, dict) and posted.get("name") == "lbfgs"


def part_changed(part: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return `network` or `training`, as posted, with `changes`.

    With another optimizer, what it does not take of mini-batches and learning rates falls away;
    what the changes themselves say of them stays, to be refused if need be.
    """
    whole = {**part, **changes}
    return refitted(whole, set(changes)) if "optimizer" in changes else whole


def refitted(training: dict[str, Any], kept: set[str]) -> dict[str, Any]:
    """Return a whole `training` whose optimizer has changed, for defaults to be filled in again.

    Args:
        training: with the new optimizer.
        kept: fields that were given for it; they stay, to be refused if need be.
    """
    full_batch = is_full_batch(training.get("optimizer"))
    return {
        name: value
        for name, value in training.items()
        if name in kept or name not in NOT_TAKEN or not (full_batch or value is None)
    }


def check_taken(optimizer: Optimizer, field: str, value: object) -> None:
    """Compare one of the fields `NOT_TAKEN`, of a recipe, with its optimizer.

    Raises:
        ValueError: L-BFGS takes no such field, or another optimizer needs it.
    """
    if not isinstance(optimizer, Lbfgs):
        if value is None:
            raise ValueError(f"must be given with {optimizer.name}; received null")
    elif value is not None:
        told = getattr(value, "name", value)
        raise ValueError(f"must be left out with lbfgs, {NOT_TAKEN[field]}; received {told!r}")


def check_network(optimizer: Optimizer, network: Network, parameters: int) -> None:
    """Compare a network of so many `parameters` with the optimizer.

    L-BFGS-B works on 2·history + 5 vectors of float64, one number a parameter each.

    Raises:
        PartsDisagreeError: the network has parts that L-BFGS cannot train, or is too large for it.
    """
    if not isinstance(optimizer, Lbfgs):
        return
    if network.dropout.rate:
        raise PartsDisagreeError(
            "must be left out with lbfgs: it searches along a loss that must not change from call "
            f"to call; received rate={network.dropout.rate}",
            param="network.dropout",
            received=network.dropout.model_dump(),
        )
    if network.batch_normalization:
        raise PartsDisagreeError(
            "must be left out with lbfgs: it learns its statistics from mini-batches, and there "
            "are none; received true",
            param="network.batch_normalization",
            received=True,
        )
    workspace = (2 * optimizer.history + 5) * parameters
    if workspace > MAX_WORKSPACE:
        raise PartsDisagreeError(
            f"lbfgs would work on {workspace:,} numbers, (2 × history + 5) × {parameters:,} "
            f"parameters; at most {MAX_WORKSPACE:,}; received history={optimizer.history}",
            param="training.optimizer.history",
            received=optimizer.history,
        )
