"""The sheet's first digits: three learning rates with 50 and with 100 neurons, four rows each."""

from dataclasses import dataclass

from fitserve_core.catalogue import contradictions
from fitserve_core.catalogue.building import (
    BATCH_SIZE_1_SECONDS,
    DIGIT_FIGURES,
    SGD,
    four,
    spec,
    training,
)
from fitserve_core.catalogue.published import CatalogueEntry

EPOCHS = (
    "The sheet does not state the epochs; 30 a row fit its training losses: a trial of [50] at "
    "0.001, trained on, gave 0.0436, 0.0167, 0.0079 and 0.0045 after 30, 60, 90 and 120."
)
CONTINUED = (
    "The sheet's four repetitions are one network trained on: from row to row the training loss "
    "falls and the validation loss rises. Their spread is not that of independent repetitions."
)

Figures = tuple[float, float, float, float, float, float]
"""In the order of the sheet's columns, `DIGIT_FIGURES`."""


@dataclass(frozen=True)
class Series:
    """Four rows at one learning rate, with their mean and standard deviation as printed."""

    neurons: int
    learning_rate: float
    mean: Figures
    std: Figures
    runs: tuple[Figures, Figures, Figures, Figures]


SERIES = (
    Series(
        50,
        0.001,
        mean=(0.018051, 0.9962, 0.10089, 0.974575, 0.099282, 0.972875),
        std=(0.017594, 0.005467, 0.011611, 0.000499, 0.010311, 0.000532),
        runs=(
            (0.043315, 0.9882, 0.087656, 0.9739, 0.087428, 0.9726),
            (0.016557, 0.99718, 0.095606, 0.975, 0.094776, 0.9723),
            (0.00784, 0.99952, 0.106282, 0.9749, 0.103976, 0.9731),
            (0.004493, 0.9999, 0.114017, 0.9745, 0.110947, 0.9735),
        ),
    ),
    Series(
        50,
        0.01,
        mean=(0.000109, 1, 0.172176, 0.977375, 0.171531, 0.97455),
        std=(8.2e-05, 0, 0.004771, 0.000126, 0.00503, 0.000289),
        runs=(
            (0.00023, 1, 0.165957, 0.9772, 0.165052, 0.9745),
            (9.1e-05, 1, 0.171261, 0.9774, 0.170423, 0.9742),
            (6.4e-05, 1, 0.174457, 0.9775, 0.173927, 0.9749),
            (5e-05, 1, 0.177031, 0.9774, 0.176723, 0.9746),
        ),
    ),
    Series(
        50,
        0.1,
        mean=(1.163414, 0.586615, 1.829512, 0.6115, 2.016805, 0.59305),
        std=(0.120444, 0.062815, 0.195584, 0.070239, 0.433092, 0.071658),
        runs=(
            (1.119319, 0.64302, 1.950709, 0.6679, 1.826685, 0.6504),
            (1.012933, 0.63648, 1.643393, 0.6743, 1.677376, 0.6548),
            (1.25997, 0.54964, 1.684036, 0.5688, 2.649775, 0.5581),
            (1.261435, 0.51732, 2.039909, 0.535, 1.913383, 0.5089),
        ),
    ),
    Series(
        100,
        0.001,
        mean=(0.011268, 0.99817, 0.082049, 0.978775, 0.076473, 0.978175),
        std=(0.0121, 0.003205, 0.004868, 0.00031, 0.004043, 0.001072),
        runs=(
            (0.028927, 0.99338, 0.076257, 0.9785, 0.071632, 0.9766),
            (0.009216, 0.99938, 0.08025, 0.9792, 0.075381, 0.9786),
            (0.004314, 0.99992, 0.084184, 0.9786, 0.077591, 0.979),
            (0.002615, 1, 0.087504, 0.9788, 0.081287, 0.9785),
        ),
    ),
    Series(
        100,
        0.01,
        mean=(0.00011, 1, 0.115525, 0.979875, 0.099671, 0.98165),
        std=(6e-05, 0, 0.004153, 0.000287, 0.003369, 0.00037),
        runs=(
            (0.000194, 1, 0.110189, 0.9798, 0.09533, 0.9812),
            (0.000108, 1, 0.114601, 0.9795, 0.098926, 0.9815),
            (7.7e-05, 1, 0.11747, 0.9801, 0.101281, 0.982),
            (5.9e-05, 1, 0.119842, 0.9801, 0.103145, 0.9819),
        ),
    ),
    Series(
        100,
        0.1,
        mean=(1.090308, 0.62932, 2.214578, 0.6552, 2.163776, 0.641425),
        std=(0.106989, 0.053443, 0.570781, 0.090283, 0.590746, 0.084654),
        runs=(
            (1.016015, 0.68472, 1.411853, 0.7543, 1.388084, 0.7381),
            (0.980988, 0.66438, 2.686976, 0.7089, 2.699833, 0.6867),
            (1.179593, 0.59354, 2.546006, 0.5727, 2.537734, 0.5667),
            (1.184637, 0.57464, 2.213479, 0.5849, 2.029452, 0.5742),
        ),
    ),
)


def entries() -> list[CatalogueEntry]:
    """Return the six series, in the sheet's order."""
    return [_entry(series) for series in SERIES]


def _entry(series: Series) -> CatalogueEntry:
    title = f"[{series.neurons}], learning rate {series.learning_rate:g}"
    network = {"hidden_layers": [series.neurons], "activation": "relu"}
    recipe = training(SGD, series.learning_rate, batch_size=1, epochs=30)
    columns = zip(
        DIGIT_FIGURES, series.mean, series.std, zip(*series.runs, strict=True), strict=True
    )
    return CatalogueEntry(
        id=f"mnist-{series.neurons}-lr-{series.learning_rate:g}",
        title=title,
        group="learning_rates",
        spec=spec(title, "mnist", network, recipe, 4, warm_start="previous_repetition"),
        deciding_figures=["val_accuracy", "test_accuracy"],
        published={name: four(mean, std, *values) for name, mean, std, values in columns},
        verdict="trained",
        seconds_per_epoch=BATCH_SIZE_1_SECONDS,
        continued=True,
        notes=[EPOCHS, CONTINUED, contradictions.KEPT_MODEL],
    )
