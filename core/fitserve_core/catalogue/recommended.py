"""What we recommend instead of the sheet's best."""

import math

from fitserve_core.catalogue.building import spec, training
from fitserve_core.catalogue.published import CatalogueEntry

ECKERLE4_CHOICE = (
    "Chosen by 7 folds inside the training rows of split seeds 0 to 9, among "
    "one hidden layer of 4, 6, 8 or 12 units, tanh or sigmoid, L2 1e-6 or 1e-7, weights drawn from "
    "-5 to 5: one repetition of each of the 16, three of the 8 with the lowest geometric mean of "
    "the validation MSE, and of these the lowest mean, 3.7e-3. Which candidates there were was "
    "settled after trials that showed test figures too."
)
ECKERLE4_RESULT = (
    "Test MSE over split seeds 0 to 9 × 3 repetitions: mean 5.8e-4, median 6.3e-4, greatest "
    "1.1e-3. The sheet's best has 3.1e-3; NIST's certified fit has 3.06e-4, over all rows."
)
ECKERLE4_LUCK = (
    "Seed 0's figures are lucky in their mean: with experiment seeds 1 and 2, 4 of 60 runs miss "
    "the peak (test MSE 0.05 to 0.12, and nearly as much in training) and one has "
    "3.6e-3; means 1.1e-2 and 7.6e-4, medians 7.1e-4 and 6.6e-4."
)
ECKERLE4_OTHERS = (
    "Two wider searches by the same rule did no better over seeds 0, 1 and 2: of 8 to 40 units, L2 "
    "1e-6 or 1e-7, weights from -5 to 5 it chose 8 tanh units with L2 1e-7 (means 6.2e-2, 7.5e-4, "
    "7.4e-4; medians 7.2e-4, 7.2e-4, 6.1e-4); of 8 or 20 units, L2 1e-5 to 1e-7, Glorot's or "
    "standard normal weights, 8 sigmoid units with L2 1e-6 (means 1.8e-3, 1.9e-3, 3.6e-3). A "
    "validation fold that holds the peak's rows decides such a mean alone."
)
ECKERLE4_SPLIT = "This spec divides by split seed 0; another is given with `split`."


DIGITS_CHOICE = (
    "Chosen by the validation accuracy, once, among [800] and [800, 800] with elastic "
    "displacements of alpha 17 or 34: 0.9923 and 0.9909, 0.9932 and 0.9929."
)
DIGITS_RESULT = (
    "As it stands: validation accuracy 0.9933, test accuracy 0.9940, after 4.8 minutes on "
    "one core. The sheet's best has a test accuracy of 0.9853."
)
DIGITS_STEPS = "The cosine ends with the 40th epoch: 391 mini-batches each."


def entries() -> list[CatalogueEntry]:
    """Return what is recommended for each data set."""
    return [_digits(), _eckerle4()]


def _digits() -> CatalogueEntry:
    epochs, batch_size, rows = 40, 128, 50_000
    title = "[800, 800], Adam, ReLU, cosine decay, elastic digits"
    recipe = training(
        {"name": "adam"},
        0.001,
        batch_size=batch_size,
        epochs=epochs,
        schedule={"name": "cosine_decay", "decay_steps": epochs * math.ceil(rows / batch_size)},
        augmentation={
            "shift": 1.5,
            "rotation": 10.0,
            "scale": 0.1,
            "elastic": {"alpha": 17.0, "sigma": 4.0},
        },
    )
    return CatalogueEntry(
        id="mnist-recommended",
        title=title,
        group="recommended",
        spec=spec(title, "mnist", {"hidden_layers": [800, 800], "activation": "relu"}, recipe),
        deciding_figures=[],
        verdict="trained",
        notes=[DIGITS_CHOICE, DIGITS_RESULT, DIGITS_STEPS],
    )


def _eckerle4() -> CatalogueEntry:
    title = "[4], L-BFGS, sigmoid, L2 1e-7"
    drawn = {"name": "random_uniform", "minval": -5.0, "maxval": 5.0}
    network = {
        "hidden_layers": [4],
        "activation": "sigmoid",
        "kernel_initializer": drawn,
        "bias_initializer": drawn,
        "regularizer": {"l2": 1e-7},
    }
    recipe = {"optimizer": {"name": "lbfgs"}, "epochs": 1_000}
    return CatalogueEntry(
        id="eckerle4-recommended",
        title=title,
        group="recommended",
        spec=spec(title, "eckerle4", network, recipe, 3, scaling="train"),
        deciding_figures=[],
        verdict="trained",
        notes=[ECKERLE4_CHOICE, ECKERLE4_RESULT, ECKERLE4_LUCK, ECKERLE4_OTHERS, ECKERLE4_SPLIT],
    )
