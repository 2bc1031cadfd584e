"""A fit of Eckerle4 as a curve, and its residuals."""

import math
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fitserve_core.datasets.certified import certified_transmittance
from fitserve_core.datasets.dataset import Dataset
from fitserve_core.datasets.eckerle4 import MEASUREMENTS
from fitserve_core.records import Curve, CurvePoint, Part, Residual
from fitserve_workers.diagnostics.outputs import outputs_of

STEP_NANOMETRES = 0.5


def curve_pictures(model: keras.Model, dataset: Dataset) -> dict[str, Any]:
    """Return `curve` of a record: the fit beside the certified one, on a grid and at each row."""
    wavelengths, transmittances = np.array(MEASUREMENTS).T
    grid = np.arange(wavelengths.min(), wavelengths.max() + STEP_NANOMETRES / 2, STEP_NANOMETRES)
    points = zip(
        grid.tolist(),
        _fitted(model, dataset, grid),
        certified_transmittance(grid).tolist(),
        strict=True,
    )
    residuals = zip(
        wavelengths.tolist(),
        transmittances.tolist(),
        _fitted(model, dataset, wavelengths),
        certified_transmittance(wavelengths).tolist(),
        _parts(dataset, wavelengths),
        strict=True,
    )
    return {
        "curve": Curve(
            points=[
                CurvePoint(wavelength=at, fitted=fitted, certified=certified)
                for at, fitted, certified in points
            ],
            residuals=[
                Residual(
                    wavelength=at,
                    transmittance=measured,
                    fitted=fitted,
                    residual=None if fitted is None else measured - fitted,
                    certified_residual=measured - certified,
                    part=part,
                )
                for at, measured, fitted, certified, part in residuals
            ],
        )
    }


def _fitted(
    model: keras.Model, dataset: Dataset, wavelengths: NDArray[np.float64]
) -> list[float | None]:
    assert dataset.target_scale is not None
    inputs = dataset.input_scale.apply(wavelengths[:, np.newaxis])
    values = dataset.target_scale.invert(outputs_of(model, inputs))[:, 0].tolist()
    return [value if math.isfinite(value) else None for value in values]


def _parts(dataset: Dataset, wavelengths: NDArray[np.float64]) -> list[Part]:
    """Return which part of the rows each measurement belongs to; wavelengths are all different."""
    rows: dict[Part, Any] = {
        "train": dataset.train,
        "validation": dataset.validation,
        "test": dataset.test,
    }
    parts: dict[int, Part] = {}
    for part, theirs in rows.items():
        for at in dataset.input_scale.invert(theirs.inputs)[:, 0] if theirs else ():
            parts[int(np.abs(wavelengths - at).argmin())] = part
    return [parts[place] for place in range(len(wavelengths))]
