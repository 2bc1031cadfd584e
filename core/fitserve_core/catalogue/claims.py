"""What the sheet says of digits in words alone, without figures."""

from typing import Any

from fitserve_core.catalogue.building import (
    BATCH_SIZE_1_SECONDS,
    SGD,
    Optimizer,
    optimizer_words,
    spec,
    training,
)
from fitserve_core.catalogue.published import CatalogueEntry
from fitserve_core.results import VerdictName

NOT_SUCCESSFUL = (
    "The sheet calls it not successful, without figures; whether the loss diverged it does not "
    "say. Learning rate 0.01, batch size 1 and 20 epochs are those of the neighbouring table. It "
    "may mean no better than without momentum: its test accuracy is {} there, configuration {}."
)
WITHOUT_MOMENTUM = {100: ("0.9797", "B"), 1000: ("0.9842", "N")}
L1_DID_NOT_WORK = "The sheet says that it did not work, without figures."
AS_ADAM = "The sheet says that Nadam performed similarly as Adam, configuration G."

MOMENTUM: Optimizer = {"name": "sgd", "momentum": 0.9}
NESTEROV: Optimizer = MOMENTUM | {"nesterov": True}


def entries() -> list[CatalogueEntry]:
    """Return the claims: momentum, L1, Nadam."""
    return [
        _momentum("mnist-100-momentum-0.9", 100, MOMENTUM),
        _momentum("mnist-100-nesterov-0.9", 100, NESTEROV),
        _momentum("mnist-1000-momentum-0.9", 1000, MOMENTUM),
        _momentum("mnist-1000-nesterov-0.9", 1000, NESTEROV),
        _claim("mnist-1000-l1-0.01", [1000], SGD, L1_DID_NOT_WORK, batch_size=8, l1=0.01),
        _claim("mnist-100-nadam", [100], {"name": "nadam"}, AS_ADAM, "trained", like="mnist-G"),
    ]


def _momentum(entry_id: str, neurons: int, optimizer: Optimizer) -> CatalogueEntry:
    return _claim(entry_id, [neurons], optimizer, NOT_SUCCESSFUL.format(*WITHOUT_MOMENTUM[neurons]))


def _claim(
    entry_id: str,
    hidden_layers: list[int],
    optimizer: Optimizer,
    note: str,
    verdict: VerdictName = "did_not_train",
    *,
    batch_size: int = 1,
    l1: float = 0.0,
    like: str | None = None,
) -> CatalogueEntry:
    title = f"{hidden_layers}, {optimizer_words(optimizer)}, ReLU"
    network: dict[str, Any] = {"hidden_layers": hidden_layers, "activation": "relu"}
    if l1:
        title += f", L1 {l1:g}, batch size {batch_size}"
        network["regularizer"] = {"l1": l1}
    recipe = training(optimizer, 0.01, batch_size=batch_size, epochs=20)
    return CatalogueEntry(
        id=entry_id,
        title=title,
        group="claims",
        spec=spec(title, "mnist", network, recipe),
        deciding_figures=["val_accuracy", "test_accuracy"] if like else [],
        verdict=verdict,
        seconds_per_epoch=BATCH_SIZE_1_SECONDS if batch_size == 1 else None,
        like=like,
        notes=[note],
    )
