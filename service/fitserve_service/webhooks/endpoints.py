"""Webhooks over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from fitserve_core.errors import InvalidInputError
from fitserve_core.results import Page
from fitserve_core.webhooks import CreatedWebhook, Delivery, NewWebhook, Webhook
from fitserve_service.access.scopes import ADMIN
from fitserve_service.dependencies import Parts
from fitserve_service.json_route import JsonRoute
from fitserve_service.webhooks.addresses import addresses_of
from fitserve_service.webhooks.signing import new_secret

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=JsonRoute)

Id = Annotated[str, Path(description="The webhook's id.", examples=["whk_0199c1d8a4f03b7e"])]


@router.post("", status_code=201, operation_id="create_webhook", dependencies=[ADMIN])
def create(new: NewWebhook, parts: Parts) -> CreatedWebhook:
    """Tell an address of experiments that have ended, from now on.

    Each message is a POST of `{"type", "timestamp", "data"}`, `data` being the experiment, signed
    as Standard Webhooks says: `webhook-id`, `webhook-timestamp` and `webhook-signature`. Any 2xx
    accepts it; otherwise it is sent again, less and less often, for about a day and a half. A
    message may arrive twice, then with the same `webhook-id`. Private addresses are refused
    unless the service's settings allow them, and redirects are not followed.
    """
    if new.url.username or new.url.password:
        raise InvalidInputError(
            "an address is to have no user and no password; messages are signed",
            param="url",
            received=new.url.host,
        )
    addresses_of(str(new.url), parts.settings.webhook_networks)
    secret = new_secret()
    events = list(dict.fromkeys(new.events))
    webhook = parts.store.webhooks.create(str(new.url), events, secret)
    return CreatedWebhook(**webhook.model_dump(), secret=secret)


@router.get("", operation_id="list_webhooks", dependencies=[ADMIN])
def page(parts: Parts) -> Page[Webhook]:
    """Return every webhook, oldest first, without its secret."""
    return Page(data=parts.store.webhooks.all(), has_more=False)


@router.get("/{id}", operation_id="get_webhook", dependencies=[ADMIN])
def get(id: Id, parts: Parts) -> Webhook:  # noqa: A002 - the path's word
    """Return a webhook, without its secret."""
    return parts.store.webhooks.get(id)


@router.delete("/{id}", status_code=204, operation_id="delete_webhook", dependencies=[ADMIN])
def delete(id: Id, parts: Parts) -> None:  # noqa: A002
    """Remove a webhook; messages that wait are not sent any more."""
    parts.store.webhooks.delete(id)


@router.post("/{id}/test", status_code=202, operation_id="test_webhook", dependencies=[ADMIN])
def test(id: Id, parts: Parts) -> Delivery:  # noqa: A002
    """Send a message of type `webhook.test`, by the same way as any other."""
    return parts.store.webhooks.test(id)


@router.get("/{id}/deliveries", operation_id="list_deliveries", dependencies=[ADMIN])
def deliveries(
    id: Id,  # noqa: A002
    parts: Parts,
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
    after: Annotated[str | None, Query(description="Id of the last one already seen.")] = None,
) -> Page[Delivery]:
    """Return the messages to a webhook, newest first, and what became of them."""
    found, has_more = parts.store.webhooks.deliveries(id, limit, after)
    return Page(data=found, has_more=has_more)
