"""Webhooks as they are posted and answered."""

from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field

from fitserve_core.results import Result

EventType = Literal["experiment.succeeded", "experiment.failed", "experiment.cancelled"]
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
TEST = "webhook.test"


class NewWebhook(BaseModel):
    """Where to tell of experiments that have ended, and of which ends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: AnyHttpUrl = Field(
        max_length=2_000,
        description="Receives a POST, signed as Standard Webhooks says.",
        examples=["https://example.org/fitserve"],
    )
    events: list[EventType] = Field(
        default=list(EVENT_TYPES), min_length=1, max_length=10, description="What it is told of."
    )


class Webhook(Result):
    """An address that is told of experiments that have ended."""

    object: Literal["webhook"] = "webhook"
    id: str
    url: str
    events: list[EventType]
    created_at: datetime


class CreatedWebhook(Webhook):
    """A new webhook with its secret, which is told this once."""

    secret: str = Field(
        description="`whsec_` and the key, in base64, that deliveries are signed with."
    )


class Delivery(Result):
    """One message to a webhook: delivered, waiting for its next attempt, or given up."""

    object: Literal["delivery"] = "delivery"
    id: str = Field(description="The message's `webhook-id`, the same in every attempt.")
    webhook_id: str
    experiment_id: str | None = Field(description="null: a test.")
    type: str
    status: Literal["pending", "delivered", "failed"]
    attempts: int
    told: str | None = Field(default=None, description="What came of the last attempt.")
    created_at: datetime
    due_at: datetime | None = Field(default=None, description="Of the next attempt.")
    delivered_at: datetime | None = None
    payload: dict[str, Any] = Field(description="The body: `type`, `timestamp`, `data`.")
