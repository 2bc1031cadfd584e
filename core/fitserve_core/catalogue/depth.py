"""The sheet's exercise 4: networks of 100 neurons a layer, up to six layers deep."""

from dataclasses import dataclass, field
from typing import Any

from fitserve_core.catalogue import contradictions
from fitserve_core.catalogue.building import NAMES, SGD, digit_figures, spec, training
from fitserve_core.catalogue.published import CatalogueEntry

WITH_PENALTY = "The losses include the penalty, as the sheet reports them."
DROPOUT_PLACES = (
    "The sheet does not say where dropout was put; on the output layer, as in `mnist-R`."
)
NOT_CONVERGED = "The sheet notes that it has not converged yet."

BATCH_NORMALIZATION = {"batch_normalization": True}
UNIFORM = {
    "kernel_initializer": {"name": "random_uniform", "minval": -1, "maxval": 1},
    "bias_initializer": "zeros",
}
L1 = {"regularizer": {"l1": 0.0001}}
L2 = {"regularizer": {"l2": 0.0001}}
STRONG_L1 = {"regularizer": {"l1": 0.01}}
DROPOUT = {"dropout": {"rate": 0.2, "at": ["output"]}}

Figures = tuple[float, float, float, float, float, float]
"""Loss and accuracy: training, validation, test."""


@dataclass(frozen=True)
class Row:
    """One network of `layers` hidden layers; without figures the sheet has its failure alone."""

    layers: int
    activation: str
    id: str = ""
    words: str = ""
    network: dict[str, Any] = field(default_factory=dict)
    figures: Figures | None = None
    learning_rate: float = 0.01
    trained: bool = True
    notes: tuple[str, ...] = ()
    seconds: tuple[float, float] | None = None


# fmt: off
ROWS = (
    Row(1, "sigmoid", figures=(0.159168, 0.95488, 0.156789, 0.9562, 0.159964, 0.954),
        seconds=(7.0, 7.0)),
    Row(5, "sigmoid", figures=(0.617239, 0.83142, 0.552177, 0.8575, 0.577704, 0.8528),
        notes=(NOT_CONVERGED,)),
    Row(6, "sigmoid", figures=(2.302763, 0.11034, 2.304596, 0.1064, 2.302881, 0.1135),
        trained=False),
    Row(6, "relu", figures=(0.013037, 0.99554, 0.104106, 0.9779, 0.102228, 0.9776)),
    Row(6, "sigmoid", "-batchnorm", "batch normalization", BATCH_NORMALIZATION,
        (0.127679, 0.96048, 0.071721, 0.979, 0.07174, 0.9774)),
    Row(6, "sigmoid", "-uniform", "weights in [-1, 1)", UNIFORM,
        (0.124293, 0.96256, 0.175328, 0.9491, 0.177092, 0.9462)),
    Row(6, "sigmoid", "-uniform-l1", "weights in [-1, 1), L1 0.0001", UNIFORM | L1,
        (5.152094, 0.96078, 5.146176, 0.9566, 5.146333, 0.9525), notes=(WITH_PENALTY,)),
    Row(6, "sigmoid", "-uniform-l2", "weights in [-1, 1), L2 0.0001", UNIFORM | L2,
        (2.824241, 0.9622, 2.822695, 0.9512, 2.826861, 0.9519),
        notes=(WITH_PENALTY, contradictions.L2_TEXT)),
    Row(6, "sigmoid", "-batchnorm-uniform-l1",
        "batch normalization, weights in [-1, 1), L1 0.0001", BATCH_NORMALIZATION | UNIFORM | L1,
        (5.356184, 0.88918, 5.145382, 0.9424, 5.152021, 0.9397), notes=(WITH_PENALTY,)),
    Row(6, "relu", "-batchnorm-uniform-l1",
        "batch normalization, weights in [-1, 1), L1 0.0001", BATCH_NORMALIZATION | UNIFORM | L1,
        (5.376817, 0.88174, 5.126177, 0.9495, 5.132136, 0.9447), notes=(WITH_PENALTY,)),
    Row(6, "sigmoid", "-dropout", "dropout 0.2", DROPOUT, trained=False, notes=(DROPOUT_PLACES,)),
    Row(6, "sigmoid", "-l1-0.01", "L1 0.01", STRONG_L1, trained=False),
    Row(6, "sigmoid", "-l1-0.0001", "L1 0.0001", L1, trained=False),
    Row(6, "sigmoid", "-lr-0.1", "learning rate 0.1", learning_rate=0.1, trained=False),
    Row(6, "sigmoid", "-lr-0.001", "learning rate 0.001", learning_rate=0.001, trained=False),
)
# fmt: on


def entries() -> list[CatalogueEntry]:
    """Return the networks of the vanishing-gradient exercise, in the sheet's order."""
    return [_entry(row) for row in ROWS]


def _entry(row: Row) -> CatalogueEntry:
    layers = "1 layer" if row.layers == 1 else f"{row.layers} layers"
    words = [f"{layers} of 100, {NAMES.get(row.activation, row.activation)}"]
    title = ", ".join(words + ([row.words] if row.words else []))
    network = {"hidden_layers": [100] * row.layers, "activation": row.activation, **row.network}
    recipe = training(SGD, row.learning_rate, batch_size=8, epochs=20)
    return CatalogueEntry(
        id=f"depth-{row.layers}-{row.activation}{row.id}",
        title=title,
        group="depth",
        spec=spec(title, "mnist", network, recipe),
        deciding_figures=["val_accuracy", "test_accuracy"] if row.figures else [],
        published=digit_figures(row.figures) if row.figures else {},
        verdict="trained" if row.trained else "did_not_train",
        seconds_per_epoch=row.seconds,
        notes=list(row.notes),
    )
