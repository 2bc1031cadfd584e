"""What the service answers about a data set."""

from typing import Literal

from pydantic import Field

from fitserve_core.datasets.registry import Task
from fitserve_core.results import Result

Part = Literal["train", "validation", "test"]


class ValueRange(Result):
    """From the smallest to the largest value, in the data's own units."""

    minimum: float
    maximum: float
    unit: str


class DatasetCard(Result):
    """What a data set is: task, shapes, ranges, rows of each part."""

    object: Literal["dataset"] = "dataset"
    name: str = Field(description="What a spec names.")
    title: str
    task: Task
    input_shape: list[int] = Field(description="Of one row, as `POST /predict` takes it.")
    outputs: int
    input_range: ValueRange
    target_range: ValueRange | None = Field(default=None, description="null for labels.")
    rows: dict[Part, int] = Field(description="As a spec without wishes divides them.")
    class_counts: dict[Part, list[int]] | None = Field(
        default=None, description="Rows of each label, from 0; null where there are none."
    )
    fetched: bool = Field(
        description="Whether the rows are on this machine; the first training fetches them."
    )


class SampleDigit(Result):
    """One image of the test rows."""

    label: int
    row: int = Field(description="Place among the test rows, from 0.")
    pixels: list[list[int]] = Field(description="28 × 28, from 0 to 255.")


class Measurement(Result):
    """One row of Eckerle4."""

    wavelength: float = Field(description="In nanometres.")
    transmittance: float = Field(description="As a share of 1.")


class Parameter(Result):
    """A certified parameter and its standard deviation."""

    name: str
    meaning: str
    value: float
    std: float


class CertifiedFit(Result):
    """NIST's certified fit: the yardstick of every network."""

    model: str
    parameters: list[Parameter]
    residual_sum_of_squares: float
    residual_std: float
    degrees_of_freedom: int
    mse: float = Field(description="Over all rows, on the [0, 1] scale of the full data range.")


class DatasetDetails(DatasetCard):
    """A data set with some of its rows, or all where they are few."""

    samples: list[SampleDigit] | None = Field(
        default=None, description="A few of each label; null until the rows are fetched."
    )
    measurements: list[Measurement] | None = None
    certified: CertifiedFit | None = None
