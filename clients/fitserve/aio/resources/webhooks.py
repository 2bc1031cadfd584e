"""`client.webhooks`: who is told of experiments that have ended."""

from collections.abc import AsyncGenerator, Sequence

from fitserve import calls
from fitserve.aio.sender import AsyncSender
from fitserve.responses import parse
from fitserve_core.results import Page
from fitserve_core.webhooks import CreatedWebhook, Delivery, EventType, Webhook

PAGE_SIZE = 100


class AsyncWebhooks:
    """Webhooks of the service."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def create(
        self, url: str, *, events: Sequence[EventType] | None = None
    ) -> CreatedWebhook:
        """Let an address be told of experiments that end, and return the webhook with its secret.

        The secret is told this once. What receives the messages verifies them by it, with any
        library of Standard Webhooks: in Python `standardwebhooks.Webhook(secret).verify(body,
        headers)`.

        Args:
            url: receives a POST for each end.
            events: which ends, such as `["experiment.failed"]`; all of them if not given.

        Raises:
            BadSpec: the address is not one that the service may reach.
        """
        call = calls.create_webhook(url, events)
        return parse(CreatedWebhook, await self._sender.send(call))

    async def retrieve(self, webhook_id: str) -> Webhook:
        """Return one webhook, without its secret."""
        return parse(Webhook, await self._sender.send(calls.webhook(webhook_id)))

    async def delete(self, webhook_id: str) -> None:
        """Remove a webhook; messages that wait are not sent any more."""
        await self._sender.send(calls.delete_webhook(webhook_id))

    async def test(self, webhook_id: str) -> Delivery:
        """Let the service send a message of type `webhook.test`."""
        return parse(Delivery, await self._sender.send(calls.test_webhook(webhook_id)))

    async def deliveries(self, webhook_id: str) -> AsyncGenerator[Delivery, None]:
        """Yield the messages to a webhook, newest first, asking for pages as needed."""
        after = None
        while True:
            call = calls.deliveries(webhook_id, PAGE_SIZE, after)
            page = parse(Page[Delivery], await self._sender.send(call))
            for delivery in page.data:
                yield delivery
            if not page.has_more or not page.data:
                return
            after = page.data[-1].id

    async def list(self) -> list[Webhook]:
        """Return every webhook, oldest first."""
        return parse(Page[Webhook], await self._sender.send(calls.webhooks())).data
