"""What a prediction answers. Light, for the client: no NumPy."""

from pydantic import Field

from fitserve_core.results import Result


class Prediction(Result):
    """The answer to one instance: a digit with its probabilities, yes or no, or a value."""

    label: int | None = Field(default=None, description="The most probable digit.")
    probabilities: list[float] | None = Field(default=None, description="Of each digit, from 0.")
    positive: bool | None = Field(
        default=None, description="Of a target: whether it is one of the target's digits."
    )
    probability: float | None = Field(
        default=None, description="That it is one; `positive` is true above 0.5."
    )
    value: float | None = Field(default=None, description="In the data's own units.")


class PredictionSpread(Result):
    """How far the runs of the model's cell agree about an instance."""

    runs: int
    mean: list[float] = Field(description="Of each digit's probability, or of the one value.")
    std: list[float] | None = Field(description="With ddof = 1; null where the cell has one run.")


class Predictions(Result):
    """The answers to all instances, in their order."""

    model: str = Field(description="The name asked for.")
    run_id: str = Field(description="The run whose model answered.")
    predictions: list[Prediction]
    spread: list[PredictionSpread] | None = Field(
        default=None, description="Of each instance, where it was asked for."
    )
