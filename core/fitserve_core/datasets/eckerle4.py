"""Eckerle4: transmittance of a filter over the wavelength, 35 measurements, one peak.

Source: K. Eckerle, NIST (197?), circular interference transmittance study; published in the NIST
Statistical Reference Datasets.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fitserve_core.datasets.dataset import Dataset, Division, Rows, Scale, Scaling
from fitserve_core.datasets.registry import DATASETS
from fitserve_core.seeds import generator

TRAIN_SHARE = 0.6

Places = NDArray[np.int64]

MEASUREMENTS = (
    # wavelength in nanometres, transmittance as a share of 1
    (400.0, 0.0001575),
    (405.0, 0.0001699),
    (410.0, 0.0002350),
    (415.0, 0.0003102),
    (420.0, 0.0004917),
    (425.0, 0.0008710),
    (430.0, 0.0017418),
    (435.0, 0.0046400),
    (436.5, 0.0065895),
    (438.0, 0.0097302),
    (439.5, 0.0149002),
    (441.0, 0.0237310),
    (442.5, 0.0401683),
    (444.0, 0.0712559),
    (445.5, 0.1264458),
    (447.0, 0.2073413),
    (448.5, 0.2902366),
    (450.0, 0.3445623),
    (451.5, 0.3698049),
    (453.0, 0.3668534),
    (454.5, 0.3106727),
    (456.0, 0.2078154),
    (457.5, 0.1164354),
    (459.0, 0.0616764),
    (460.5, 0.0337200),
    (462.0, 0.0194023),
    (463.5, 0.0117831),
    (465.0, 0.0074357),
    (470.0, 0.0022732),
    (475.0, 0.0008800),
    (480.0, 0.0004579),
    (485.0, 0.0002345),
    (490.0, 0.0001586),
    (495.0, 0.0001143),
    (500.0, 0.0000710),
)


def load(
    data_folder: Path,  # noqa: ARG001
    division: Division,
    scaling: Scaling,
) -> Dataset:
    """Return 21 training and 14 test rows, drawn by the division's seed.

    Of the training rows the last validate instead, as many as `validation_share` says, at least one
    unless it is 0; or those of one of `folds` parts. The test rows are the same in any case.

    Inputs are (rows, 1) wavelengths, targets (rows, 1) transmittances, both scaled to [0, 1] by the
    range of the training rows or, with `scaling="full"`, of all rows. Nothing is read from the
    data folder: the measurements are part of the package.
    """
    wavelengths, transmittances = np.hsplit(np.array(MEASUREMENTS), 2)
    order = generator(division.seed).permutation(len(MEASUREMENTS))
    train, test = np.split(order, [round(TRAIN_SHARE * len(order))])
    train, validation = _validating(train, division)
    seen = train if scaling == "train" else order
    input_scale, target_scale = _range(wavelengths[seen]), _range(transmittances[seen])

    def rows(chosen: Places) -> Rows:
        return Rows(
            inputs=input_scale.apply(wavelengths[chosen]),
            targets=target_scale.apply(transmittances[chosen]),
        )

    return Dataset(
        info=DATASETS["eckerle4"],
        train=rows(train),
        validation=rows(validation) if len(validation) else None,
        test=rows(test),
        input_scale=input_scale,
        target_scale=target_scale,
        full_target_scale=_range(transmittances),
    )


def _validating(train: Places, division: Division) -> tuple[Places, Places]:
    """Return the training rows that train, and those that validate instead."""
    if division.folds is not None and division.fold is not None:
        folds = np.array_split(train, division.folds)
        validation = folds.pop(division.fold)
        return np.concatenate(folds), validation
    share = division.validation_share
    validating = max(round(share * len(train)), 1) if share else 0
    fitted, validation = np.split(train, [len(train) - validating])
    return fitted, validation


def _range(values: NDArray[np.float64]) -> Scale:
    return Scale(float(values.min()), float(values.max()))
