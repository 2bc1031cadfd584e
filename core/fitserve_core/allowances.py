"""How much one caller may ask of this house: a key, or without keys an address."""

from pydantic import BaseModel, ConfigDict, Field


class Allowances(BaseModel):
    """The most that one caller may ask for."""

    model_config = ConfigDict(frozen=True)

    max_requests_per_minute: int = Field(
        default=12_000, ge=1, description="Requests of one API key in a minute, predictions apart."
    )
    max_predictions_per_minute: int = Field(
        default=1_200_000, ge=1, description="Requests for predictions of one API key in a minute."
    )
    max_wrong_keys_per_minute: int = Field(
        default=30, ge=1, description="Wrong keys from one address in a minute."
    )
    max_experiments_per_key: int = Field(
        default=100, ge=1, description="Experiments of one API key that have not ended."
    )
    max_queued_runs_per_key: int = Field(
        default=20_000, ge=1, description="Runs of one API key that wait."
    )
