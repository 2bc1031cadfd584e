"""What Eckerle4 is, with every row and NIST's certified fit."""

from pathlib import Path

from fitserve_core.datasets import certified
from fitserve_core.datasets.description import (
    CertifiedFit,
    DatasetCard,
    DatasetDetails,
    Measurement,
    Parameter,
    ValueRange,
)
from fitserve_core.datasets.eckerle4 import MEASUREMENTS, TRAIN_SHARE
from fitserve_core.datasets.registry import DATASETS

WAVELENGTHS, TRANSMITTANCES = zip(*MEASUREMENTS, strict=True)


def card(data_folder: Path) -> DatasetCard:  # noqa: ARG001 - the rows are part of the package
    """Return shapes and ranges of the 35 measurements."""
    info = DATASETS["eckerle4"]
    train = round(TRAIN_SHARE * len(MEASUREMENTS))
    return DatasetCard(
        name=info.name,
        title="Eckerle4: transmittance over wavelength",
        task=info.task,
        input_shape=[],
        outputs=info.outputs,
        input_range=_range(WAVELENGTHS, "nm"),
        target_range=_range(TRANSMITTANCES, "share of 1"),
        rows={"train": train, "validation": 0, "test": len(MEASUREMENTS) - train},
        fetched=True,
    )


def details(data_folder: Path) -> DatasetDetails:
    """Return the card, all rows, and the certified fit."""
    return DatasetDetails(
        **card(data_folder).model_dump(),
        measurements=[
            Measurement(wavelength=wavelength, transmittance=transmittance)
            for wavelength, transmittance in MEASUREMENTS
        ],
        certified=_certified_fit(),
    )


def _certified_fit() -> CertifiedFit:
    width = max(TRANSMITTANCES) - min(TRANSMITTANCES)
    return CertifiedFit(
        model="y = (b1 / b2) exp(-((x - b3) / b2)² / 2)",
        parameters=[
            Parameter(name=name, meaning=meaning, value=value, std=std)
            for name, meaning, value, std in (
                ("b1", "amplitude", certified.AMPLITUDE, certified.AMPLITUDE_STD),
                ("b2", "width", certified.WIDTH, certified.WIDTH_STD),
                ("b3", "centre", certified.CENTRE, certified.CENTRE_STD),
            )
        ],
        residual_sum_of_squares=certified.RESIDUAL_SUM_OF_SQUARES,
        residual_std=certified.RESIDUAL_STD,
        degrees_of_freedom=certified.DEGREES_OF_FREEDOM,
        mse=certified.RESIDUAL_SUM_OF_SQUARES / len(MEASUREMENTS) / width**2,
    )


def _range(values: tuple[float, ...], unit: str) -> ValueRange:
    return ValueRange(minimum=min(values), maximum=max(values), unit=unit)
