"""What the exercise sheet reported, as the catalogue answers it."""

from typing import Any, Literal

from pydantic import Field

from fitserve_core.results import Result, VerdictName

Group = Literal["eckerle4", "learning_rates", "configurations", "depth", "claims", "recommended"]


class PublishedFigure(Result):
    """One reported figure: the mean of `n` runs, or a single run's value."""

    mean: float
    std: float | None = Field(default=None, description="ddof = 1; null for a single run.")
    n: int
    values: list[float] | None = Field(
        default=None, description="One a run; null where the sheet cannot be read."
    )


class CatalogueEntry(Result):
    """A ready spec: a configuration of the sheet with what it reported, or one of our own.

    Figures go by the names that a finished run gives its own: `loss`, `accuracy`, `val_*`,
    `test_*`; for Eckerle4 `mse` and `test_mse`, on the [0, 1] scale.
    """

    object: Literal["catalogue_entry"] = "catalogue_entry"
    id: str = Field(description="What `preset` names.")
    title: str
    group: Group
    spec: dict[str, Any] = Field(description="A body that `POST /experiments` accepts.")
    deciding_figures: list[str] = Field(
        description="Published figures that a reproduction is held to; empty: the verdict alone."
    )
    published: dict[str, PublishedFigure] = Field(
        default_factory=dict,
        description="Empty where the sheet reports words alone, or nothing (`recommended`).",
    )
    verdict: VerdictName = Field(
        description="The sheet's; `trained` where it gives figures and no word, or nothing."
    )
    parameters: int | None = Field(default=None, description="As the sheet counts them.")
    seconds_per_epoch: tuple[float, float] | None = Field(
        default=None, description="From and to, on the sheet's machine."
    )
    continued: bool = Field(
        default=False,
        description="Each repetition went on training the network of the one before.",
    )
    like: str | None = Field(
        default=None, description="Entry whose figures the sheet says are shared."
    )
    notes: list[str] = Field(
        default_factory=list, description="Choices where the sheet is silent; its contradictions."
    )
